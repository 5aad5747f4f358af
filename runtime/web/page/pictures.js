// Pictures of streams, by the best way that the server offers: its Foxglove channels (H.264, JPEG), else pixels.

import { FoxglovePictures } from "./foxglove.js";
import { RawPictures } from "./raw.js";

export class Pictures {
	#raw;
	#channels;
	#wants = new Set();

	constructor(url, has) {
		this.#raw = new RawPictures(url, has);
		this.#channels = new FoxglovePictures(url);
		this.#channels.onchange = () => {
			for (const want of this.#wants)
				this.#choose(want);
		};
	}

	#choose(want) {
		const isFast = want.way === "channel" ? this.#channels.isKnown : this.#channels.can(want.stream);
		const way = isFast ? "channel" : "pixels";

		if (want.way === way)
			return;
		want.stop?.();
		want.way = way;
		want.stop = (isFast ? this.#channels : this.#raw).want(want.stream, want.take, want.refused, want.wish);
	}

	// `take` is given { frame, time, age, way, picture }, and has to close the picture. `wish`: the { width, rate } that
	// is enough.
	want(stream, take, refused, wish) {
		const want = { stream, take, refused, wish, way: "", stop: null };

		this.#wants.add(want);
		this.#choose(want);
		return () => {
			this.#wants.delete(want);
			want.stop();
		};
	}
}
