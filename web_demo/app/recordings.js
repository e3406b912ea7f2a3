/** Recordings: from the microphone, or from a file; one at a time. */

import { SAMPLE_RATE } from "../core/frames.js";
import { transcribe } from "../core/recording.js";
import { SpeedMeter } from "../core/speed.js";
import { readAudio } from "./audio_file.js";
import { showFacts, speedFacts } from "./facts_view.js";
import { Listening } from "./listening.js";
import { at } from "./page_state.js";
import { clearProblem, showProblem } from "./problem_view.js";

/** Listens until `stopListening`. */
export async function startListening(page) {
  const delay = Number(at("delay").value);
  const update = begin(page, delay);
  page.waveform.startLive();
  page.become("starting", "Asking for the microphone…");
  try {
    page.listening = await Listening.start(page.recogniser, delay, {
      sound: (samples) => page.waveform.push(samples),
      update,
      problem: (error) => stopListening(page, error),
    });
    page.become("listening", "Listening.");
  } catch (error) {
    showProblem(error);
    page.rest();
  }
}

/** Ends what `startListening` began, and reads the rest of it. */
export async function stopListening(page, problem) {
  page.become("stopping", "Reading the rest…");
  if (problem) showProblem(problem);
  let status;
  try {
    status = showEnd(page, await page.listening.stop());
  } catch (error) {
    if (!problem) showProblem(error);
  }
  page.waveform.describeEnd();
  page.listening = null;
  page.rest(status);
}

/** Reads a file of sound. */
export async function openRecording(page, file) {
  const update = begin(page, 0);
  page.become("reading", `Reading ${file.name}…`);
  let status;
  try {
    const samples = await readAudio(file);
    page.waveform.showRecording(samples);
    at("progress").hidden = false;
    const result = await transcribe(samples, {
      metadata: page.recogniser.metadata,
      run: (window) => page.recogniser.run(window),
      onUpdate: (latest) => {
        update(latest);
        at("progress").value = (latest.seconds * SAMPLE_RATE) / samples.length;
      },
    });
    status = showEnd(page, result);
  } catch (error) {
    showProblem(error);
  }
  at("progress").hidden = true;
  page.rest(status);
}

/** Empties the page for a recording; returns what shows an Update of it. */
function begin({ recogniser, transcript }, delay) {
  clearProblem();
  transcript.start(recogniser.metadata);
  const meter = new SpeedMeter();
  let read = 0;
  showFacts(at("speed"), speedFacts(meter, read, delay));
  return ({ words, partial, seconds, computing }) => {
    transcript.add(words);
    transcript.open(partial);
    meter.add(seconds - read, computing);
    read = seconds;
    showFacts(at("speed"), speedFacts(meter, read, delay));
  };
}

function showEnd({ transcript }, { words, confidence }) {
  transcript.add(words.slice(transcript.count));
  transcript.open([]);
  if (!words.length) return "No words heard.";
  const count = words.length === 1 ? "1 word" : `${words.length} words`;
  return `${count} heard. ${Math.floor(100 * confidence)} % sure on the whole.`;
}
