// Pictures from the Foxglove channels of the server: H.264 where the browser decodes it (WebCodecs, in a secure context),
// else JPEG. The newest wins: nothing waits in a queue here.

const OPCODE_MESSAGE = 1;
const RETRY_MS = 1500, LONGEST_MS = 60000, KEY_WAIT = 4, OLDEST_NS = 3600e9;
// Between two times that a stream is asked for anew, as its decoder has lost its way; and after a refusal.
const ANEW_MS = 1000, REFUSED_MS = 5000, MOST_ERRORS = 3, ERRORS_MS = 60000;
// The server encodes so many streams at a time.
const MOST = 16;

// A message of CompressedImage or CompressedVideo in CDR: time, frame_id, data, format; and the number of its frame.
export function readPicture(view) {
	let at = 4;
	const isLittle = view.getUint8(1) % 2 === 1, align = (size) => (at += (size - (at - 4) % size) % size);
	const word = () => {
		align(4);
		at += 4;
		return view.getUint32(at - 4, isLittle);
	};
	const bytes = (n) => {
		if (n > view.byteLength - at)
			throw new RangeError("the message is cut");
		at += n;
		return new Uint8Array(view.buffer, view.byteOffset + at - n, n);
	};
	const text = () => new TextDecoder().decode(bytes(word())).replace(/\0$/, "");
	const time = word() * 1e9 + word(), id = text(), data = bytes(word()), format = text();

	align(8);
	return { time, id, data, format, frame: view.byteLength >= at + 8 ? Number(view.getBigUint64(at, isLittle)) : undefined };
}

// Of Annex B: whether there is a key frame in it, and the codec's name by its SPS.
export function lookAtH264(data) {
	let isKey = false, codec = null;

	for (let i = 0; i + 4 < data.length; i++) {
		if (data[i] || data[i + 1] || data[i + 2] !== 1)
			continue;
		const type = data[i + 3] & 31;

		if (type === 7 && i + 6 < data.length)
			codec = "avc1." + [data[i + 4], data[i + 5], data[i + 6]].map((b) => b.toString(16).padStart(2, "0")).join("");
		isKey ||= type === 5;
		if (type === 1 || type === 5)
			break;
		i += 3;
	}
	return { isKey, codec };
}

class JpegDecoder {
	#isBusy = false;
	#next = null;

	constructor(take) {
		this.take = take;
	}

	// While one is decoded, only the newest other one waits.
	async add(message) {
		this.#next = { ...message, data: message.data.slice() };
		if (this.#isBusy)
			return;
		this.#isBusy = true;
		while (this.#next) {
			const { data, ...known } = this.#next;

			this.#next = null;
			try {
				this.take({ ...known, way: "JPEG", picture: await createImageBitmap(new Blob([data], { type: "image/jpeg" })) });
			} catch {
				// One that is damaged is left out.
			}
		}
		this.#isBusy = false;
	}

	close() {
		this.#next = null;
	}
}

// `behind`: it cannot go on without a key frame, which the server has for newcomers; `failed`: the browser has given up.
export class VideoDecoding {
	#decoder = null;
	#known = new Map(); // of a time stamp, what was said of the frame
	#n = 0;

	constructor(take, behind, failed) {
		this.take = take;
		this.behind = behind;
		this.failed = failed;
		this.hasShown = false;
	}

	add(message) {
		const { isKey, codec } = lookAtH264(message.data);

		if (isKey && codec && this.#decoder?.codec !== codec)
			this.#open(codec);
		const decoder = this.#decoder?.decoder;
		if (!decoder || decoder.state !== "configured" || (this.#decoder.needsKey && !isKey))
			return;
		// Too slow: what waits is left out, and it goes on from a key frame.
		if (decoder.decodeQueueSize > KEY_WAIT) {
			this.close();
			this.behind();
			return;
		}
		this.#decoder.needsKey = false;
		const timestamp = ++this.#n;
		const { data, ...known } = message;
		this.#known.set(timestamp, known);
		decoder.decode(new EncodedVideoChunk({ type: isKey ? "key" : "delta", timestamp, data }));
	}

	#open(codec) {
		this.close();
		const decoder = new VideoDecoder({
			output: (picture) => {
				const known = this.#known.get(picture.timestamp);

				for (const stamp of this.#known.keys())
					if (stamp <= picture.timestamp)
						this.#known.delete(stamp);
				this.hasShown = true;
				this.take({ ...known, way: "H.264", picture });
			},
			error: () => {
				this.close();
				this.failed();
			},
		});
		decoder.configure({ codec, optimizeForLatency: true });
		this.#decoder = { decoder, codec, needsKey: true };
	}

	close() {
		if (this.#decoder && this.#decoder.decoder.state !== "closed")
			this.#decoder.decoder.close();
		this.#decoder = null;
		this.#known.clear();
	}
}

export class FoxglovePictures {
	#socket = null;
	#channels = new Map(); // topic -> { id, schemaName }
	#wants = new Map(); // subscription -> { stream, take, refused, wish, decoder, channel, hasCome, anew, errors, failed }
	#n = 0;
	#timer = 0; // not 0: it is not connected, and will try to be
	#wait = RETRY_MS;
	#hasVideo = typeof VideoDecoder === "function";
	onchange = () => {};

	constructor(url) {
		this.url = url;
		// Who is not looked at asks for nothing: what came meanwhile could not be decoded without what it left out.
		document.addEventListener?.("visibilitychange", () => {
			for (const [id, want] of this.#wants)
				if (document.hidden)
					this.#unsubscribe(id, want);
				else
					this.#subscribe(id, want);
		});
	}

	open() {
		if (this.#socket || this.#timer)
			return;
		const socket = new WebSocket(this.url, ["foxglove.sdk.v1", "foxglove.websocket.v1"]);

		this.#socket = socket;
		socket.binaryType = "arraybuffer";
		socket.onopen = () => (this.#wait = RETRY_MS);
		socket.onmessage = ({ data }) => typeof data === "string" ? this.#told(JSON.parse(data)) : this.#take(data);
		socket.onclose = () => {
			this.#socket = null;
			this.#channels.clear();
			for (const want of this.#wants.values())
				this.#forget(want);
			this.#timer = setTimeout(() => {
				this.#timer = 0;
				this.open();
			}, this.#wait);
			this.#wait = Math.min(this.#wait * 3, LONGEST_MS);
			this.onchange();
		};
	}

	#told(message) {
		if (message.op === "advertise") {
			for (const channel of message.channels ?? [])
				if (channel.encoding === "cdr")
					this.#channels.set(channel.topic, channel);
			for (const [id, want] of this.#wants)
				this.#subscribe(id, want);
			this.onchange();
		}
		if (message.op === "status" && message.level === 2)
			this.#refuse(message.message ?? "");
		if (message.op === "unadvertise")
			for (const [topic, { id }] of this.#channels)
				if (message.channelIds?.includes(id))
					this.#channels.delete(topic);
	}

	#channelOf(stream) {
		const topic = `/${stream.replaceAll(".", "/")}`;

		return (this.#hasVideo && this.#channels.get(`${topic}/h264`)) || this.#channels.get(`${topic}/jpeg`);
	}

	// Whether one more picture of the stream can come from here.
	can(stream) {
		this.open();
		return this.#wants.size < MOST && Boolean(this.#channelOf(stream));
	}

	get isKnown() {
		return this.#channels.size > 0;
	}

	#send(message) {
		if (this.#socket?.readyState === WebSocket.OPEN)
			this.#socket.send(JSON.stringify(message));
	}

	// "channel 7: too much is looked at". It is asked for again later.
	#refuse(text) {
		const [, channel, why] = /^channel (\d+): (.*)/.exec(text) ?? [];

		for (const [id, want] of this.#wants)
			if (want.channel?.id === Number(channel) && !want.hasCome) {
				this.#forget(want);
				want.refused(new Error(`The server says: ${why}`));
				setTimeout(() => this.#wants.has(id) && this.#subscribe(id, want), REFUSED_MS);
			}
	}

	#unsubscribe(id, want) {
		if (want.channel)
			this.#send({ op: "unsubscribe", subscriptionIds: [id] });
		this.#forget(want);
	}

	// From a key frame on, which newcomers get.
	#anew(id, want) {
		const wait = Math.max(0, want.anew + ANEW_MS - performance.now());

		this.#unsubscribe(id, want);
		setTimeout(() => {
			want.anew = performance.now();
			if (this.#wants.has(id))
				this.#subscribe(id, want);
		}, wait);
	}

	// Of a picture that is damaged, or for good.
	#fail(id, want, decoder) {
		const now = performance.now();

		want.errors = now - want.failed < ERRORS_MS ? want.errors + 1 : 1;
		want.failed = now;
		if (decoder.hasShown && want.errors < MOST_ERRORS)
			this.#anew(id, want);
		else
			this.#withoutVideo();
	}

	#subscribe(id, want) {
		const channel = this.#channelOf(want.stream);

		if (!channel || want.channel || document.hidden)
			return;
		want.channel = channel;
		want.hasCome = false;
		if (channel.topic.endsWith("/h264")) {
			const decoder = new VideoDecoding(want.take, () => this.#anew(id, want), () => this.#fail(id, want, decoder));

			want.decoder = decoder;
		} else {
			want.decoder = new JpegDecoder(want.take);
		}
		this.#send({ op: "subscribe", subscriptions: [{ id, channelId: channel.id, ...want.wish }] });
	}

	#forget(want) {
		want.decoder?.close();
		want.decoder = want.channel = null;
	}

	// This browser has said that it can, and cannot.
	#withoutVideo() {
		this.#hasVideo = false;
		for (const [id, want] of this.#wants)
			if (want.channel?.topic.endsWith("/h264")) {
				this.#unsubscribe(id, want);
				this.#subscribe(id, want);
			}
	}

	// wish: { width, rate }, at most.
	want(stream, take, refused, wish) {
		const id = ++this.#n;
		const want = { stream, take, refused, wish, decoder: null, channel: null, hasCome: false, anew: -ANEW_MS, errors: 0, failed: -ERRORS_MS };

		this.#wants.set(id, want);
		this.#subscribe(id, want);
		return () => {
			this.#wants.delete(id);
			this.#unsubscribe(id, want);
		};
	}

	#take(buffer) {
		const view = new DataView(buffer);

		if (view.byteLength < 13 || view.getUint8(0) !== OPCODE_MESSAGE)
			return;
		const want = this.#wants.get(view.getUint32(1, true));
		if (!want?.decoder)
			return;
		want.hasCome = true;
		const message = readPicture(new DataView(buffer, 13)), published = Number(view.getBigUint64(5, true));
		const age = published - message.time;

		// Of a file the time is not the calendar's.
		want.decoder.add({ ...message, published, age: age >= 0 && age < OLDEST_NS ? age : undefined });
	}
}
