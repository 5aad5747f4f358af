// Shows a stream of net.ws_video: by WebCodecs where there is one, which a browser has on localhost and over HTTPS, else by
// MediaSource; JPEGs as they are.
//
//	import { streams, Player } from "./player.js";
//	const player = new Player(document.querySelector("#door"), "door", { token });
//	player.addEventListener("state", () => console.log(player.state, player.reason));
//
// It makes a canvas or a video element in the given one, connects again when the connection is lost, and lets it go while
// nobody sees the page. `close()` ends it.

const RETRY_MS = [100, 200, 400, 800, 1600], SILENT_MS = 3000, KEPT_S = 20, MOST_WAITING = 60;

/** What there is: [{name, codec, formats, width, height}], the last four once a key frame has come. */
export async function streams(token = "", base = location.href) {
	const answer = await fetch(address("streams.json", { token }, base), { cache: "no-store" });
	if (!answer.ok)
		throw new Error(answer.status === 401 ? "the token is missing, or another one" : `the server says ${answer.status}`);
	return (await answer.json()).streams;
}

function address(path, query, base) {
	const url = new URL(path, base);
	url.search = url.hash = "";
	for (const [key, value] of Object.entries(query))
		if (value)
			url.searchParams.set(key, value);
	return url;
}

const WebCodecs = () => typeof VideoDecoder === "function";
const Source = () => globalThis.ManagedMediaSource ?? globalThis.MediaSource;

// Each way of showing: told(stream) once before the data and when they are others, data(buffer), close().

/** Decoded pictures on a canvas, each as soon as it is there. */
class Drawn {
	constructor(player, element) {
		this.player = player;
		this.canvas = element;
		this.context = element.getContext("2d", { alpha: false, desynchronized: true });
	}
	draw(picture, width, height, time, number) {
		if (this.canvas.width !== width || this.canvas.height !== height) {
			this.canvas.width = width;
			this.canvas.height = height;
		}
		this.context.drawImage(picture, 0, 0, width, height);
		picture.close();
		this.player.shown(time, number);
	}
}

function head(buffer) {
	const view = new DataView(buffer);
	return { key: (view.getUint32(0) & 1) !== 0, number: view.getUint32(4), time: Number(view.getBigInt64(8)) };
}

class ByWebCodecs extends Drawn {
	static format = "raw";
	static element = "canvas";
	static canShow = (stream) => VideoDecoder.isConfigSupported({ codec: stream.codec }).then((can) => can.supported, () => false);
	numbers = new Map();
	told(stream) {
		this.decoder?.close();
		this.waits = true;
		this.decoder = new VideoDecoder({
			output: (picture) => this.output(picture),
			error: (error) => this.player.fail(`cannot decode ${stream.codec}: ${error.message}`),
		});
		this.decoder.configure({ codec: stream.codec, codedWidth: stream.width, codedHeight: stream.height, optimizeForLatency: true });
	}
	// Who has just come is ahead of its pictures: of what waits only the first is drawn, and the last.
	output(picture) {
		const number = this.numbers.get(picture.timestamp);

		this.numbers.delete(picture.timestamp);
		if (this.player.n > 0 && this.decoder.decodeQueueSize > 2)
			picture.close();
		else
			this.draw(picture, picture.displayWidth, picture.displayHeight, picture.timestamp, number);
	}
	data(buffer) {
		const { key, number, time } = head(buffer);

		if (!this.decoder || this.decoder.state !== "configured")
			return;
		if (this.decoder.decodeQueueSize > MOST_WAITING && !this.player.isJoining)
			this.waits = true;
		if (this.waits && !key) {
			this.player.dropped++;
			return;
		}
		this.waits = false;
		if (this.numbers.size > 1000)
			this.numbers.clear();
		this.numbers.set(time, number);
		this.decoder.decode(new EncodedVideoChunk({ type: key ? "key" : "delta", timestamp: time, data: new Uint8Array(buffer, 16) }));
	}
	close() {
		if (this.decoder && this.decoder.state !== "closed")
			this.decoder.close();
	}
}

class ByJpeg extends Drawn {
	static format = "jpeg";
	static element = "canvas";
	static canShow = async () => true;
	told() { }
	// While one is decoded the newest waits.
	async data(buffer) {
		if (this.waiting)
			this.player.dropped++;
		this.waiting = buffer;
		if (this.isBusy)
			return;
		this.isBusy = true;
		while (this.waiting) {
			const { time, number } = head(this.waiting), jpeg = new Blob([new Uint8Array(this.waiting, 16)], { type: "image/jpeg" });

			this.waiting = null;
			try {
				const picture = await createImageBitmap(jpeg);
				this.draw(picture, picture.width, picture.height, time, number);
			} catch {
				this.player.dropped++;
			}
		}
		this.isBusy = false;
	}
	close() {
		this.waiting = null;
	}
}

class ByMediaSource {
	static format = "fmp4";
	static element = "video";
	static canShow = async (stream) => Source().isTypeSupported(`video/mp4; codecs="${stream.codec}"`);
	queue = [];
	constructor(player, element) {
		this.player = player;
		this.video = element;
		Object.assign(element, { muted: true, autoplay: true, playsInline: true, disableRemotePlayback: true });
		this.source = new (Source())();
		this.opened = new Promise((resolve) => this.source.addEventListener("sourceopen", resolve, { once: true }));
		this.url = element.src = URL.createObjectURL(this.source);
		element.addEventListener("error", () => this.player.fail(`cannot play it: ${element.error?.message}`));
		this.watch();
	}
	watch() {
		if (!this.video.requestVideoFrameCallback)
			return;
		this.video.requestVideoFrameCallback((now, frame) => {
			this.player.shown(frame.mediaTime * 1e6);
			if (!this.isClosed)
				this.watch();
		});
	}
	async told(stream) {
		await this.opened;
		if (this.isClosed || this.source.readyState !== "open")
			return;
		if (!this.buffer) {
			this.source.duration = Infinity;
			this.buffer = this.source.addSourceBuffer(stream.mime);
			this.buffer.addEventListener("updateend", () => this.go());
		} else {
			this.queue.push(stream.mime);
		}
		this.go();
	}
	data(buffer) {
		this.queue.push(buffer);
		this.go();
	}
	go() {
		const { buffer, video } = this;

		if (!buffer || buffer.updating || this.isClosed || this.source.readyState !== "open")
			return;
		this.follow();
		while (typeof this.queue[0] === "string")
			buffer.changeType(this.queue.shift());
		if (buffer.buffered.length && video.currentTime - buffer.buffered.start(0) > KEPT_S) {
			buffer.remove(0, video.currentTime - KEPT_S / 2);
			return;
		}
		if (!this.queue.length)
			return;
		// All that waits at once, up to the next change of type.
		const end = this.queue.findIndex((piece) => typeof piece === "string");
		const pieces = this.queue.splice(0, end < 0 ? this.queue.length : end);
		const all = new Uint8Array(pieces.reduce((n, piece) => n + piece.byteLength, 0));
		let n = 0;
		for (const piece of pieces) {
			all.set(new Uint8Array(piece), n);
			n += piece.byteLength;
		}
		try {
			buffer.appendBuffer(all);
		} catch (error) {
			this.player.fail(`cannot append: ${error.message}`);
		}
	}
	// First the key frame that is there, at once; then close behind the end, which is where the newest picture is.
	follow() {
		const { video, buffer } = this, ranges = buffer.buffered, n = ranges.length;

		if (!n)
			return;
		const start = ranges.start(n - 1), end = ranges.end(n - 1);
		if (!this.hasBegun) {
			this.hasBegun = true;
			video.currentTime = start;
			video.play().catch(() => { });
			return;
		}
		const late = end - video.currentTime, step = this.step(end);
		if (video.currentTime < start || (this.player.n > 0 && late > 1 + 4 * step && !video.seeking))
			video.currentTime = Math.max(start, end - 2 * step - 0.02);
		else
			video.playbackRate = late > 4 * step + 0.1 ? 1.1 : late < 2 * step ? 0.97 : 1;
		if (video.paused)
			video.play().catch(() => { });
	}
	// From picture to picture, on the average: the end is two of them behind the newest.
	step(end) {
		if (this.end !== undefined && end > this.end)
			this.mean = (this.mean ?? 0.04) + 0.1 * (Math.min(end - this.end, 1) - (this.mean ?? 0.04));
		this.end = end;
		return this.mean ?? 0.04;
	}
	close() {
		this.isClosed = true;
		URL.revokeObjectURL(this.url);
		this.video.removeAttribute("src");
		this.video.load();
	}
}

/** Events: "state", and "picture" with the detail {time, number}: µs, and the packet's number where that is known. */
export class Player extends EventTarget {
	state = "connecting"; // showing, waiting (no picture for a while), offline, hidden, closed
	reason = "";
	n = 0; // pictures of this connection
	dropped = 0;
	width = 0;
	height = 0;
	codec = "";
	#tries = 0;
	#timer = 0;
	#watch = 0;

	/** `way` is "auto", "webcodecs", "mse" or "jpeg"; `base` the address of the server's page. */
	constructor(parent, name, { token = "", way = "auto", base = location.href } = {}) {
		super();
		Object.assign(this, { parent, name, token, way, base });
		this.onVisible = () => (document.hidden ? this.#hide() : this.#open());
		document.addEventListener("visibilitychange", this.onVisible);
		if (!document.hidden)
			this.#open();
	}
	close() {
		document.removeEventListener("visibilitychange", this.onVisible);
		this.#leave();
		this.#say("closed");
	}
	#hide() {
		this.#leave();
		this.#say("hidden");
	}
	#say(state, reason = "") {
		if (this.state === state && this.reason === reason)
			return;
		Object.assign(this, { state, reason });
		this.dispatchEvent(new CustomEvent("state", { detail: { state, reason } }));
	}
	/** A way that can show it, or none. */
	async #choose() {
		const ways = { webcodecs: ByWebCodecs, mse: ByMediaSource, jpeg: ByJpeg };

		if (this.way !== "auto")
			return ways[this.way];
		const stream = (await streams(this.token, this.base)).find(({ name }) => name === this.name);
		if (!stream)
			throw new Error(`there is no stream '${this.name}'`);
		if (!stream.codec)
			return null;
		if (stream.formats.includes("jpeg"))
			return ByJpeg;
		if (WebCodecs() && await ByWebCodecs.canShow(stream))
			return ByWebCodecs;
		if (Source() && await ByMediaSource.canShow(stream))
			return ByMediaSource;
		throw new Error(`this browser does not show ${stream.codec}`);
	}
	async #open() {
		this.#leave();
		const turn = this.turn = {};
		try {
			const way = await this.#choose();
			if (turn !== this.turn)
				return;
			if (!way)
				return this.fail("there is no picture yet");
			this.#connect(way, turn);
		} catch (error) {
			if (turn === this.turn)
				this.fail(error instanceof TypeError ? "the server does not answer" : error.message);
		}
	}
	#connect(way, turn) {
		const url = address(`ws/stream/${this.name}`, { format: way.format, token: this.token }, this.base);
		const view = document.createElement(way.element);

		url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
		this.n = 0;
		this.isJoining = true;
		this.fresh = view;
		this.shower = new way(this, view);
		// The last picture stays until there is another one.
		if (!this.view)
			this.#place();
		this.socket = new WebSocket(url);
		this.socket.binaryType = "arraybuffer";
		this.socket.onmessage = ({ data }) => turn === this.turn && this.#take(data);
		this.socket.onclose = ({ reason }) => turn === this.turn && this.fail(reason || "the connection is lost");
		this.#watch = setInterval(() => {
			if (performance.now() - this.heard > SILENT_MS && this.state === "showing")
				this.#say("waiting", "no picture comes");
		}, 500);
	}
	#place() {
		if (this.view === this.fresh)
			return;
		this.view?.remove();
		this.view = this.fresh;
		this.parent.append(this.view);
	}
	#take(data) {
		this.heard = performance.now();
		if (typeof data !== "string") {
			this.shower.data(data);
			return;
		}
		const told = JSON.parse(data);
		if (told.type === "error")
			return this.fail(told.message);
		Object.assign(this, { width: told.width, height: told.height, codec: told.codec });
		this.shower.told(told);
	}
	/** For the ways of showing: a picture is on the screen. */
	shown(time, number) {
		this.n++;
		this.isJoining = this.isJoining && this.n < 3;
		this.#tries = 0;
		this.#place();
		this.#say("showing");
		this.dispatchEvent(new CustomEvent("picture", { detail: { time, number } }));
	}
	/** And: it goes on no more, and is begun again. */
	fail(reason) {
		this.#leave();
		this.#say("offline", reason);
		this.#timer = setTimeout(() => this.#open(), RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)]);
	}
	#leave() {
		clearTimeout(this.#timer);
		clearInterval(this.#watch);
		this.turn = null;
		this.socket?.close();
		this.shower?.close();
		this.socket = this.shower = null;
	}
}
