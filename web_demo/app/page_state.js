/** What the page is doing, and which controls that allows. */

import { TranscriptView } from "./transcript_view.js";
import { WaveformView } from "./waveform_view.js";

/** Returns the element with an id. */
export const at = (id) => document.getElementById(id);

export class PageState {
  constructor() {
    /** @type {Recogniser | null} */
    this.recogniser = null;
    /** @type {Listening | null} */
    this.listening = null;
    /** What nothing else may interrupt; "" when the page waits for its user. */
    this.busy = "loading";
    this.waveform = new WaveformView(at("waveform"));
    this.transcript = new TranscriptView({
      transcript: at("transcript"),
      final: at("final"),
      partial: at("partial"),
      table: at("words"),
    });
    document.addEventListener("click", refuseWhatIsNotAllowed, { capture: true });
  }

  /** Begins something, and says so. */
  become(busy, status) {
    this.busy = busy;
    at("status").textContent = status;
    const idle = !busy && this.recogniser !== null;
    at("listen").textContent = this.listening ? "Stop" : "Start listening";
    allow(at("listen"), idle || busy === "listening");
    allow(at("recording"), idle);
    allow(at("open-bundle"), !busy);
    allow(at("copy"), !busy && this.transcript.count > 0);
  }

  /** Waits for the user. */
  rest(status) {
    this.become("", status ?? (this.recogniser ? "Ready." : "No recogniser is open."));
  }
}

// Not `disabled`, which takes the keyboard's focus away from a control that was just used.
function allow(control, allowed) {
  control.setAttribute("aria-disabled", String(!allowed));
}

function refuseWhatIsNotAllowed(event) {
  if (!event.target.closest('[aria-disabled="true"]')) return;
  event.preventDefault();
  event.stopPropagation();
}
