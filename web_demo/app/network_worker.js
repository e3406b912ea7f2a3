/*
 * Runs the network off the page's thread. A classic worker, for LiteRT.js loads its WebAssembly by
 * importScripts, which module workers do not have.
 *
 * Messages: {id, start: {wasm, threads}} -> {id, result: {threads}}
 *           {id, load: {network}} -> {id, result: {signatures}}
 *           {id, run: {signature, waveform, numSamples}} -> {id, result: {logits, milliseconds}}
 *           whatever fails -> {id, error}
 */

let liteRt;
let model;

self.onmessage = async ({ data: { id, start, load, run } }) => {
  try {
    const result = await (start ? startRuntime(start) : load ? loadNetwork(load) : runNetwork(run));
    self.postMessage({ id, result }, result.logits ? [result.logits.buffer] : []);
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error) });
  }
};

async function startRuntime({ wasm, threads }) {
  liteRt = await import("../vendor/litert/index.js");
  // Emscripten looks beside the worker's own script unless it is told where to look.
  self.Module = {
    locateFile: (name) => new URL(name, wasm).href,
    mainScriptUrlOrBlob: new URL("litert_wasm_threaded_internal.js", wasm).href,
  };
  // Safari has threads but not the instructions that the threaded build is made of.
  const able = threads && (await liteRt.supportsFeature("relaxedSimd"));
  const runtime = await liteRt.loadLiteRt(wasm, { threads: able });
  return { threads: runtime.liteRtWasm.getThreadCount() };
}

async function loadNetwork({ network }) {
  model = await liteRt.loadAndCompile(network, { accelerator: "wasm" });
  const signatures = Object.entries(model.signatures).map(([name, signature]) => ({
    name,
    inputs: shapes(signature.getInputDetails()),
    outputs: shapes(signature.getOutputDetails()),
  }));
  return { signatures };
}

function shapes(details) {
  return Object.fromEntries(details.map(({ name, shape }) => [name, [...shape]]));
}

async function runNetwork({ signature, waveform, numSamples }) {
  const started = performance.now();
  const inputs = {
    waveform: new liteRt.Tensor(waveform, [1, waveform.length]),
    num_samples: new liteRt.Tensor(Int32Array.of(numSamples), [1]),
  };
  const tensors = [];
  try {
    const outputs = await model.run(signature, inputs);
    tensors.push(...Object.values(outputs));
    const [frames] = await outputs.num_frames.data();
    const width = outputs.logits.type.layout.dimensions.at(-1);
    const logits = (await outputs.logits.data()).slice(0, frames * width);
    return { logits, milliseconds: performance.now() - started };
  } finally {
    // LiteRT.js frees nothing by itself.
    for (const tensor of [...tensors, ...Object.values(inputs)]) tensor.delete();
  }
}
