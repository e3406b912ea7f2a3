/** A list of facts: names and values. */

/**
 * @param {HTMLDListElement} list
 * @param {Array<[string, string]>} facts those with an empty value are left out.
 */
export function showFacts(list, facts) {
  const rows = facts
    .filter(([, value]) => value)
    .flatMap(([name, value]) => [element("dt", name), element("dd", value)]);
  list.replaceChildren(...rows);
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
