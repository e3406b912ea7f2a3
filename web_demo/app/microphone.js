/** The microphone as a stream of samples at 16 kHz. */

import { SAMPLE_RATE } from "../core/frames.js";
import { PageError } from "./page_error.js";

// The recogniser was trained on sound as it is: what a call wants done to it does harm.
const PLAIN_SOUND = {
  channelCount: 1,
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
};

const REFUSALS = {
  NotAllowedError: "microphone_refused",
  SecurityError: "microphone_refused",
  NotFoundError: "microphone_missing",
  OverconstrainedError: "microphone_missing",
  NotReadableError: "microphone_busy",
  AbortError: "microphone_busy",
};

/**
 * Opens the microphone.
 *
 * @param {object} listener
 * @param {(samples: Float32Array) => void} listener.onSamples
 * @param {() => void} listener.onEnd the device went away.
 * @returns {Promise<{close: () => Promise<void>}>}
 * @throws {PageError}
 */
export async function openMicrophone({ onSamples, onEnd }) {
  if (!navigator.mediaDevices?.getUserMedia || typeof AudioWorkletNode === "undefined") {
    throw new PageError("microphone_insecure", "the browser gives this page no microphone");
  }
  const stream = await soundOf();
  const [track] = stream.getAudioTracks();
  track.addEventListener("ended", onEnd);
  const context = new AudioContext({ sampleRate: SAMPLE_RATE });
  const close = async () => {
    track.removeEventListener("ended", onEnd);
    track.stop();
    await context.close();
  };
  try {
    await context.audioWorklet.addModule(new URL("microphone_worklet.js", import.meta.url));
    const tap = new AudioWorkletNode(context, "microphone-tap", { numberOfOutputs: 0 });
    tap.port.onmessage = ({ data }) => onSamples(data);
    context.createMediaStreamSource(stream).connect(tap);
    await context.resume();
  } catch (error) {
    await close();
    throw new PageError("microphone_rate", error.message);
  }
  return { close };
}

async function soundOf() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: PLAIN_SOUND });
  } catch (error) {
    throw new PageError(REFUSALS[error.name] ?? "microphone_refused", error.message);
  }
}
