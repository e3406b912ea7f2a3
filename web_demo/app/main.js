/** The page: its controls wired to what they do. */

import { fetchOwnBundle, openBundle } from "./bundles.js";
import { acceptDrops } from "./drops.js";
import { keepForOffline } from "./offline.js";
import { at, PageState } from "./page_state.js";
import { showProblem } from "./problem_view.js";
import { openRecording, startListening, stopListening } from "./recordings.js";
import { PageError } from "./page_error.js";

const page = new PageState();

async function openFile(file) {
  if (page.busy) return;
  if (file.name.toLowerCase().endsWith(".tflite")) {
    await openBundle(page, file.name, async () => new Uint8Array(await file.arrayBuffer()));
  } else if (page.recogniser) {
    await openRecording(page, file);
  }
}

async function copyText() {
  try {
    await navigator.clipboard.writeText(page.transcript.text);
    at("status").textContent = "The text is on the clipboard.";
  } catch (error) {
    showProblem(new PageError("copy_refused", error.message));
  }
}

acceptDrops(openFile);
for (const id of ["recording", "open-bundle"]) {
  at(id).addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (file) await openFile(file);
    target.value = ""; // so that the same file can be chosen again
  });
}
at("listen").addEventListener("click", () =>
  page.listening ? stopListening(page) : startListening(page),
);
at("percentages").addEventListener("change", ({ target }) =>
  page.transcript.showPercentages(target.checked),
);
at("copy").addEventListener("click", copyText);

if (await keepForOffline()) {
  at("offline").textContent = "This page is kept: it opens without a network from now on.";
}
await openBundle(page, "the recogniser", fetchOwnBundle);
