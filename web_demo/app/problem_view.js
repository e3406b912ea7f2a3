/** The one problem that the page tells of. */

import { explain } from "./messages.js";

const place = document.getElementById("problem");

/** Tells what went wrong and what to do, to screen readers at once. */
export function showProblem(error) {
  const { kind, what, mend, detail } = explain(error);
  place.replaceChildren(
    element("strong", what),
    element("p", mend),
    element("p", detail ? `${kind}: ${detail}` : kind, "detail"),
  );
}

export function clearProblem() {
  place.replaceChildren();
}

function element(tag, text, className = "") {
  return Object.assign(document.createElement(tag), { textContent: text, className });
}
