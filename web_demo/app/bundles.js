/** Opening a recogniser: the page's own, or one from a file. */

import { delaysOf } from "../core/live_plan.js";
import { bundleFacts, showFacts } from "./facts_view.js";
import { PageError } from "./page_error.js";
import { at } from "./page_state.js";
import { clearProblem, showProblem } from "./problem_view.js";
import { Recogniser } from "./recogniser.js";

/**
 * Opens a bundle in place of the one before, which stays where this one is not sound.
 *
 * @param {PageState} page
 * @param {string} name for the status line.
 * @param {() => Promise<Uint8Array>} readBytes
 */
export async function openBundle(page, name, readBytes) {
  page.become("loading", `Loading ${name}…`);
  clearProblem();
  try {
    const bytes = await readBytes();
    const recogniser = await Recogniser.open(bytes);
    page.recogniser?.close();
    page.recogniser = recogniser;
    showFacts(at("bundle"), bundleFacts(recogniser, bytes.length));
    const delays = delaysOf(recogniser.metadata);
    at("delay").replaceChildren(...delays.map((delay) => new Option(`${delay} s`, String(delay))));
  } catch (error) {
    showProblem(error);
  }
  page.rest();
}

/** Returns the bytes of the bundle that the page was built with. */
export async function fetchOwnBundle() {
  try {
    const response = await fetch("recogniser.tflite");
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new PageError("no_bundle", error.message);
  }
}
