/** Errors in plain words: what happened, and what to do about it. */

const AGAIN = "Copy the file again from where it came from, or export the model again.";
const SETTINGS =
  "Allow it in the browser's settings for this page (the sign before the address), then press " +
  "Start listening again. A recording can be opened without it.";

const MESSAGES = {
  not_a_model: ["This file is no recogniser.", "Choose a .tflite file that keras-w2v2 exported."],
  no_archive: ["This recogniser is cut off, or was not made by keras-w2v2.", AGAIN],
  unsafe_archive: ["This file holds what no recogniser should.", "Do not trust it: get another."],
  too_large: ["This recogniser's description is far too large.", "Do not trust it: get another."],
  no_metadata: ["This recogniser carries no description.", AGAIN],
  damaged_archive: ["This recogniser's description is damaged.", AGAIN],
  bad_metadata: ["This recogniser's description makes no sense.", AGAIN],
  newer_format: [
    "This recogniser is newer than this page.",
    "Update the page, then open it again.",
  ],
  wrong_checksum: ["This recogniser is not the one that was made: it was changed.", AGAIN],

  bad_wav: ["This WAV file is damaged.", "Save the recording again."],
  unsupported_wav: ["This kind of WAV file cannot be read.", "Save it as 16-bit PCM."],
  cut_wav: ["This recording is cut off.", "Copy it again, or save it again."],
  empty_wav: ["This recording holds no sound.", "Choose another one."],
  not_finite: ["This recording holds values that are no numbers.", "Save it again as 16-bit PCM."],
  too_loud: ["This recording is far beyond full scale.", "Save it again as 16-bit PCM."],
  unknown_audio: ["The browser cannot read this recording.", "Save it as a WAV file."],
  too_slow: [
    "This device is too slow for this recogniser at this delay.",
    "Choose a longer delay or a smaller recogniser.",
  ],

  microphone_refused: ["The page may not use the microphone.", SETTINGS],
  microphone_missing: ["No microphone was found.", "Plug one in, or open a recording instead."],
  microphone_busy: [
    "The microphone is in use or does not answer.",
    "Close the program that uses it, then press Start listening again.",
  ],
  microphone_gone: ["The microphone went away.", "Plug it in and press Start listening again."],
  microphone_insecure: [
    "The browser gives a microphone to secure pages only.",
    "Open this page by https, or from this computer as http://localhost.",
  ],
  microphone_rate: [
    "The browser could not bring the microphone to 16 kHz.",
    "Try Chromium, Chrome or Edge, or open a recording instead.",
  ],

  copy_refused: ["The browser did not take the text.", "Select the text and copy it by hand."],
  no_webassembly: [
    "This browser has no WebAssembly, which the recogniser runs on.",
    "Switch it on, or use a current Chromium, Chrome, Edge, Firefox or Safari.",
  ],
  runtime_failed: [
    "The browser could not start what runs recognisers.",
    "Reload the page; if it happens again, try another browser.",
  ],
  network_failed: [
    "The network inside this recogniser does not work here.",
    "Export the model again, or try a smaller one: this device may lack the memory.",
  ],
  no_bundle: [
    "The page could not fetch its recogniser.",
    "Open a .tflite bundle of your own, or check the connection and reload.",
  ],
};

/**
 * Returns what to tell a person about an error.
 *
 * @param {Error} error with a `kind` where it is one of ours.
 * @returns {{kind: string, what: string, mend: string, detail: string}}
 */
export function explain(error) {
  const kind = error.kind in MESSAGES ? error.kind : "runtime_failed";
  const [what, mend] = MESSAGES[kind];
  return { kind, what, mend, detail: error.message };
}
