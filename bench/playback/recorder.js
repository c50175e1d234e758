// Records what a page sends to its loudspeaker: runs before the page's own scripts.
// `recorded.windows`: [when it is heard, phase of each tone in turns], four a second.
// `recorded.silences`: [when it began, when it ended]. Times are milliseconds since 1970.
(tones) => {
  const WINDOW = 2048;
  const processor = `registerProcessor("recorder", class extends AudioWorkletProcessor {
    samples = new Float32Array(${WINDOW});
    filled = ${WINDOW};
    nextAt = 0;
    silentSince = currentTime;
    process([[channel]]) {
      const isLoud = channel?.some((sample) => Math.abs(sample) > 0.01) ?? false;
      if (isLoud && this.silentSince !== null) this.port.postMessage({ from: this.silentSince, to: currentTime });
      if (isLoud) this.silentSince = null;
      else this.silentSince ??= currentTime;
      if (this.filled === ${WINDOW} && isLoud && currentTime >= this.nextAt) {
        this.filled = 0;
        this.begunAt = currentTime;
        this.nextAt = currentTime + 0.25;
      }
      if (!isLoud) this.filled = ${WINDOW};
      if (this.filled < ${WINDOW}) {
        this.samples.set(channel, this.filled);
        this.filled += channel.length;
        if (this.filled === ${WINDOW}) this.port.postMessage({ at: this.begunAt, samples: this.samples.slice() });
      }
      return true;
    }
  });`;
  globalThis.recorded = { windows: [], silences: [] };
  const { connect } = AudioNode.prototype;
  const recorders = new WeakMap();

  function recorderOf(context) {
    if (!recorders.has(context)) {
      const url = URL.createObjectURL(new Blob([processor], { type: "text/javascript" }));
      recorders.set(context, context.audioWorklet.addModule(url).then(() => {
        const node = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0 });
        node.port.onmessage = ({ data }) => note(context, data);
        return node;
      }));
    }
    return recorders.get(context);
  }

  AudioNode.prototype.connect = function (target, ...others) {
    if (target instanceof AudioDestinationNode) {
      recorderOf(this.context).then((recorder) => connect.call(this, recorder));
    }
    return connect.call(this, target, ...others);
  };

  function note(context, { at, samples, from, to }) {
    const { contextTime, performanceTime } = context.getOutputTimestamp();
    const heardAt = (time) => performance.timeOrigin + performanceTime + (time - contextTime) * 1000;
    if (samples === undefined) recorded.silences.push([heardAt(from), heardAt(to)]);
    else recorded.windows.push([
      heardAt(at + samples.length / 2 / context.sampleRate),
      ...tones.map((tone) => phaseOf(samples, tone / context.sampleRate)),
    ]);
  }

  // Of a sine at the centre of the window, which is weighted by a Hann window.
  function phaseOf(samples, turnsPerSample) {
    const centre = samples.length / 2;
    let real = 0, imaginary = 0;
    for (let index = 0; index < samples.length; index += 1) {
      const weighted = samples[index] * (1 - Math.cos((2 * Math.PI * index) / samples.length));
      const angle = 2 * Math.PI * turnsPerSample * (index - centre);
      real += weighted * Math.cos(angle);
      imaginary -= weighted * Math.sin(angle);
    }
    return Math.atan2(imaginary, real) / (2 * Math.PI) + 0.25;
  }
}
