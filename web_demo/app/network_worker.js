/*
 * Runs the network off the page's thread. A classic worker, for LiteRT.js loads its WebAssembly by
 * importScripts, which module workers do not have.
 *
 * Messages: {id, load: {network, wasm, threads}} -> {id, result: {signatures, threads}}
 *           {id, run: {signature, waveform, numSamples}} -> {id, result: {logits, milliseconds}}
 *           whatever fails -> {id, error}
 */

let liteRt;
let model;

self.onmessage = async ({ data: { id, load, run } }) => {
  try {
    const result = load ? await loadNetwork(load) : await runNetwork(run);
    const transfer = result.logits ? [result.logits.buffer] : [];
    self.postMessage({ id, result }, transfer);
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error) });
  }
};

async function loadNetwork({ network, wasm, threads }) {
  liteRt = await import("../vendor/litert/index.js");
  // Emscripten looks beside the worker's own script unless it is told where to look.
  self.Module = {
    locateFile: (name) => new URL(name, wasm).href,
    mainScriptUrlOrBlob: new URL("litert_wasm_threaded_internal.js", wasm).href,
  };
  const runtime = await liteRt.loadLiteRt(wasm, { threads });
  model = await liteRt.loadAndCompile(network, { accelerator: "wasm" });
  const signatures = Object.entries(model.signatures).map(([name, signature]) => ({
    name,
    inputs: shapes(signature.getInputDetails()),
    outputs: shapes(signature.getOutputDetails()),
  }));
  return { signatures, threads: runtime.liteRtWasm.getThreadCount() };
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
