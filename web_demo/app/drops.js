/** Files dropped anywhere on the page. */

/** @param {(file: File) => void} onFile */
export function acceptDrops(onFile) {
  let depth = 0; // a drag enters and leaves every element on its way
  const mark = (change) => {
    depth += change;
    document.body.classList.toggle("dropping", depth > 0);
  };
  addEventListener("dragenter", () => mark(1));
  addEventListener("dragleave", () => mark(-1));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    mark(-depth);
    const [file] = event.dataTransfer.files;
    if (file) onFile(file);
  });
}
