/** The page: one recogniser, and one recording at a time. */

import { SAMPLE_RATE } from "../core/frames.js";
import { delaysOf } from "../core/live_plan.js";
import { transcribe } from "../core/recording.js";
import { SpeedMeter } from "../core/speed.js";
import { readAudio } from "./audio_file.js";
import { acceptDrops } from "./drops.js";
import { showFacts } from "./facts_view.js";
import { Listening } from "./listening.js";
import { explain } from "./messages.js";
import { keepForOffline } from "./offline.js";
import { PageError } from "./page_error.js";
import { Recogniser } from "./recogniser.js";
import { TranscriptView } from "./transcript_view.js";
import { WaveformView } from "./waveform_view.js";

const at = (id) => document.getElementById(id);

const waveform = new WaveformView(at("waveform"));
const transcript = new TranscriptView({
  transcript: at("transcript"),
  final: at("final"),
  partial: at("partial"),
  table: at("words"),
});

let recogniser = null;
let listening = null; // a Listening
let busy = "loading"; // what nothing else may interrupt; "" when the page waits for its user
let meter = new SpeedMeter();
let read = 0; // seconds of the recording
let delay = 0; // seconds, of a live recording

function become(what, status) {
  busy = what;
  at("status").textContent = status;
  const idle = !busy && recogniser !== null;
  at("listen").textContent = listening ? "Stop" : "Start listening";
  allow(at("listen"), idle || busy === "listening");
  allow(at("recording"), idle);
  allow(at("open-bundle"), !busy);
  allow(at("copy"), !busy && transcript.text);
}

// Not `disabled`, which takes the keyboard's focus away from a control that was just used.
function allow(control, allowed) {
  control.setAttribute("aria-disabled", String(!allowed));
}

function rest(status) {
  become("", status ?? (recogniser ? "Ready." : "No recogniser is open."));
}

function showProblem(error) {
  const { kind, what, mend, detail } = explain(error);
  const [bold, advice, small] = ["strong", "p", "p"].map((tag) => document.createElement(tag));
  bold.textContent = what;
  advice.textContent = mend;
  small.textContent = detail ? `${kind}: ${detail}` : kind;
  small.className = "detail";
  at("problem").replaceChildren(bold, advice, small);
}

function clearProblem() {
  at("problem").replaceChildren();
}

// Recogniser

async function openBundle(name, readBytes) {
  become("loading", `Loading ${name}…`);
  clearProblem();
  try {
    const bytes = await readBytes();
    // The old one stays until the new one is known to be sound.
    const opened = await Recogniser.open(bytes);
    recogniser?.close();
    recogniser = opened;
    describeBundle(bytes.length);
    offerDelays();
  } catch (error) {
    showProblem(error);
  }
  rest();
}

async function fetchOwnBundle() {
  try {
    const response = await fetch("recogniser.tflite");
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new PageError("no_bundle", error.message);
  }
}

function describeBundle(bytes) {
  const { variant, languages, licence, signatures, vocabulary } = recogniser.metadata;
  const windows = signatures.map(({ samples }) => `${samples / SAMPLE_RATE} s`);
  showFacts(at("bundle"), [
    ["Variant", variant],
    ["Size", `${(bytes / 1e6).toFixed(1)} MB`],
    ["Windows", windows.join(", ")],
    ["Tokens", String(vocabulary.tokens.length)],
    ["Languages", languages.join(", ")],
    ["Licence", licence ?? ""],
    ["Loaded in", `${recogniser.loadSeconds.toFixed(2)} s`],
    ["Threads", String(recogniser.threads)],
  ]);
}

function offerDelays() {
  const options = delaysOf(recogniser.metadata).map(
    (seconds) => new Option(`${seconds} s`, String(seconds)),
  );
  at("delay").replaceChildren(...options);
}

// Recordings

function begin(liveDelay) {
  clearProblem();
  delay = liveDelay;
  transcript.start(recogniser.metadata);
  meter = new SpeedMeter();
  read = 0;
  showSpeed();
}

function showUpdate({ words, partial, seconds, computing }) {
  transcript.add(words);
  transcript.open(partial);
  meter.add(Math.max(0, seconds - read), computing);
  read = seconds;
  showSpeed();
}

function showSpeed() {
  const factor = meter.realTimeFactor;
  const milliseconds = (seconds) => `${Math.round(1000 * seconds)} ms`;
  const known = factor !== null;
  showFacts(at("speed"), [
    ["Real-time factor", known ? factor.toFixed(3) : "–"],
    ["Sound read", `${read.toFixed(1)} s`],
    ["Time for a window, p50", known ? milliseconds(meter.percentile(50)) : "–"],
    ["Time for a window, p95", known ? milliseconds(meter.percentile(95)) : "–"],
    ["Sound to text, p95", known && delay ? milliseconds(delay + meter.percentile(95)) : ""],
  ]);
}

function showEnd({ words, confidence }) {
  transcript.add(words.slice(transcript.count));
  transcript.open([]);
  const sure = words.length ? ` ${Math.floor(100 * confidence)} % sure on the whole.` : "";
  return `${words.length || "No"} ${words.length === 1 ? "word" : "words"} heard.${sure}`;
}

async function startListening() {
  begin(Number(at("delay").value));
  waveform.startLive();
  become("starting", "Asking for the microphone…");
  try {
    listening = await Listening.start(recogniser, delay, {
      sound: (samples) => waveform.push(samples),
      update: showUpdate,
      problem: (error) => stopListening(error),
    });
    become("listening", "Listening.");
  } catch (error) {
    showProblem(error);
    rest();
  }
}

async function stopListening(problem) {
  const ended = listening;
  become("stopping", "Reading the rest…");
  if (problem) showProblem(problem);
  let status;
  try {
    status = showEnd(await ended.stop());
  } catch (error) {
    if (!problem) showProblem(error);
  }
  waveform.describeEnd();
  listening = null;
  rest(status);
}

async function openRecording(file) {
  begin(0);
  become("reading", `Reading ${file.name}…`);
  let status;
  try {
    const samples = await readAudio(file);
    waveform.showRecording(samples);
    at("progress").hidden = false;
    const result = await transcribe(samples, {
      metadata: recogniser.metadata,
      run: (window) => recogniser.run(window),
      onUpdate: (update) => {
        showUpdate(update);
        at("progress").value = (update.seconds * SAMPLE_RATE) / samples.length;
      },
    });
    status = showEnd(result);
  } catch (error) {
    showProblem(error);
  }
  at("progress").hidden = true;
  rest(status);
}

async function openFile(file) {
  if (busy) return;
  if (file.name.toLowerCase().endsWith(".tflite")) {
    await openBundle(file.name, async () => new Uint8Array(await file.arrayBuffer()));
  } else if (recogniser) {
    await openRecording(file);
  }
}

// Controls

function refuseWhatIsNotAllowed(event) {
  if (!event.target.closest('[aria-disabled="true"]')) return;
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener("click", refuseWhatIsNotAllowed, { capture: true });
at("listen").addEventListener("click", () => (listening ? stopListening() : startListening()));
at("percentages").addEventListener("change", ({ target }) =>
  transcript.showPercentages(target.checked),
);
at("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(transcript.text);
  at("status").textContent = "The text is on the clipboard.";
});
for (const id of ["recording", "open-bundle"]) {
  at(id).addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (file) await openFile(file);
    target.value = ""; // so that the same file can be chosen again
  });
}
acceptDrops(openFile);

const kept = await keepForOffline();
at("offline").textContent = kept
  ? "This page is kept: it opens without a network from now on."
  : "This page needs the network each time.";
await openBundle("the recogniser", fetchOwnBundle);
