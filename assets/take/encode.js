/* Frames of a canvas as a file: GIF by gifenc, WebM by the browser's encoder and webm-muxer, both kept beside this. */

const HOLD = { first: 400, last: 1300 };
const COLOURS = 255;

const durations = (count, each) => Array.from({ length: count }, (_, k) => each + (k === 0 ? HOLD.first : k === count - 1 ? HOLD.last : 0));

/* One palette for the whole film, made of a few of its frames; what stands still since the frame before is left out. */
export class Gif {
  static async begin({ urls, samples, count, each }) {
    const { GIFEncoder, quantize, applyPalette } = await import(new URL(urls.gifenc, location.href).href);
    const some = new Uint8ClampedArray(samples.reduce((sum, one) => sum + one.length, 0));
    samples.reduce((at, one) => (some.set(one, at), at + one.length), 0);
    return Object.assign(new Gif(), {
      gif: GIFEncoder(),
      palette: [...quantize(some, COLOURS), [0, 0, 0]],
      indexed: (data, palette) => applyPalette(data, palette.slice(0, -1)),
      delays: durations(count, each),
      written: 0,
    });
  }

  add({ data, width, height }) {
    const now = this.indexed(data, this.palette);
    const clear = this.palette.length - 1;
    const changed = this.before ? now.map((colour, k) => (colour === this.before[k] ? clear : colour)) : now;
    this.gif.writeFrame(changed, width, height, {
      palette: this.written ? undefined : this.palette,
      delay: this.delays[this.written],
      transparent: Boolean(this.before),
      transparentIndex: clear,
      dispose: 1,
      repeat: 0,
    });
    this.before = now;
    this.written += 1;
  }

  end() {
    this.gif.finish();
    return new Blob([this.gif.bytes()], { type: "image/gif" });
  }
}

const BITS_PER_PIXEL = 6;
/* WebKitGTK 2.50 has the encoder, and its whole process ends with the second frame or soon after. */
const ENDS_WITH_IT = /X11.*AppleWebKit(?!.*Chrom)/;

/* Frames with times of their own, so that it plays evenly however long each took to draw. */
export class Webm {
  static async begin({ urls, canvas, count, each }) {
    const { width, height } = canvas;
    const config = { codec: "vp8", width, height, bitrate: width * height * BITS_PER_PIXEL };
    const has = typeof VideoEncoder !== "undefined" && !ENDS_WITH_IT.test(navigator.userAgent);
    if (!has || !(await VideoEncoder.isConfigSupported(config)).supported) return Recorded.begin({ canvas, count, each });
    const { Muxer, ArrayBufferTarget } = await import(new URL(urls.webm, location.href).href);
    const target = new ArrayBufferTarget();
    const muxer = new Muxer({ target, video: { codec: "V_VP8", width, height } });
    const made = new Webm();
    const encoder = new VideoEncoder({ output: (chunk, meta) => muxer.addVideoChunk(chunk, meta), error: (error) => (made.failed = error) });
    encoder.configure(config);
    return Object.assign(made, { canvas, encoder, muxer, target, each, delays: durations(count, each), time: 0, written: 0 });
  }

  /* A frame that is held is sent again and again: players do not agree on long ones. */
  async add() {
    if (this.failed) throw this.failed;
    const until = this.time + this.delays[this.written] * 1000;
    for (; this.time < until - 1; this.time += this.each * 1000) {
      const frame = new VideoFrame(this.canvas, { timestamp: Math.round(this.time), duration: this.each * 1000 });
      this.encoder.encode(frame, { keyFrame: this.written % 20 === 0 });
      frame.close();
    }
    this.written += 1;
    while (this.encoder.encodeQueueSize > 4) await new Promise((done) => setTimeout(done, 5));
  }

  async end() {
    await this.encoder.flush();
    this.encoder.close();
    if (this.failed) throw this.failed;
    this.muxer.finalize();
    return new Blob([this.target.buffer], { type: "video/webm" });
  }
}

/* Without that encoder (a page that is not served securely has none) the browser records what it sees, in real time. */
class Recorded {
  static async begin({ canvas, count, each }) {
    if (typeof MediaRecorder === "undefined" || !MediaRecorder.isTypeSupported("video/webm")) throw new Error("this browser writes no WebM; take the GIF.");
    const stream = canvas.captureStream(0);
    const recorder = new MediaRecorder(stream, { mimeType: "video/webm", videoBitsPerSecond: canvas.width * canvas.height * BITS_PER_PIXEL });
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.start();
    recorder.pause();
    return Object.assign(new Recorded(), { recorder, track: stream.getVideoTracks()[0], parts, delays: durations(count, each), written: 0 });
  }

  async add() {
    this.recorder.resume();
    this.track.requestFrame();
    await new Promise((done) => setTimeout(done, this.delays[this.written]));
    this.recorder.pause();
    this.written += 1;
  }

  end() {
    return new Promise((done) => {
      this.recorder.onstop = () => done(new Blob(this.parts, { type: "video/webm" }));
      this.recorder.stop();
    });
  }
}
