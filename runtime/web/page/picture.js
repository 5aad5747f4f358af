// A stream of images: the newest picture on a canvas, and objects of the same frame over it. A few pictures are kept
// while objects are shown, as these are found later than their picture comes.

import { h, put, mark } from "./dom.js";
import { drawObjects } from "./overlay.js";
import { shapeOf } from "./types.js";
import * as say from "./format.js";

const KEPT = 10, LATE_MS = 600, VALUES = 48, OLD_MS = 1500, MOST_RATE = 30;
const WIDTHS = [240, 320, 480, 640, 960, 1280];

export class Picture {
	#ring = []; // { frame, time, age, published, way, picture }: the newest last
	#overlays = new Map(); // stream -> { values: Map frame -> value, newest, at, stop, chip }
	#shown = null;
	#matched = 0; // when a picture with its objects was shown
	#stop = null;
	#width;
	#times = [];
	#isDue = false;
	#isHeld = false;

	constructor(stream, context) {
		const { width, height } = stream.shape;

		this.stream = stream;
		this.context = context;
		this.canvas = h("canvas", { class: "picture", width, height, role: "img", "aria-label": `Picture of ${stream.name}` });
		this.over = h("canvas", { class: "over", "aria-hidden": "true" });
		this.note = h("div", { class: "no-picture" }, "No picture yet");
		this.chips = h("div", { class: "chips" });
		this.caption = h("span", { class: "caption" });
		this.body = h("div", { class: "screen" }, this.canvas, this.over, this.note);
		this.body.style.aspectRatio = `${width} / ${height}`;
		this.body.addEventListener("click", () => this.frame !== undefined && context.why(this.#shown.frame, stream.name));
		this.foot = h("div", { class: "tile-foot" }, this.caption, this.chips);
		for (const { name, isNear } of context.objects(stream.name))
			this.#offer(name, isNear);
		new ResizeObserver(() => this.#resize()).observe(this.body);
	}

	get elements() {
		return [this.body, this.foot];
	}

	get frame() {
		return this.#shown?.frame;
	}

	// One of a few sizes, as each is encoded for itself: as wide as it is shown.
	#wish() {
		const wide = this.body.clientWidth * (window.devicePixelRatio || 1);
		const width = WIDTHS.find((one) => one >= wide * 0.95) ?? 0;

		return width && width < this.stream.shape.width ? { width, rate: MOST_RATE } : { rate: MOST_RATE };
	}

	#resize() {
		const { width } = this.#wish();

		if (this.#stop && width !== this.#width) {
			this.#stop();
			this.#stop = null;
			this.start();
		}
		this.#later();
	}

	start() {
		if (!this.#stop) {
			const wish = this.#wish();

			this.#width = wish.width;
			this.#stop = this.context.pictures.want(this.stream.name, (picture) => this.#take(picture),
				(error) => put(this.note, error.message), wish);
		}
		for (const [name, overlay] of this.#overlays)
			if (overlay.isOn)
				this.#follow(name, overlay);
	}

	stop() {
		this.#stop?.();
		this.#stop = null;
		for (const overlay of this.#overlays.values()) {
			overlay.stop?.();
			overlay.stop = null;
		}
		for (const one of this.#ring)
			if (one !== this.#shown)
				one.picture.close();
		this.#ring = [];
	}

	// ---- Objects ----

	#offer(name, isOn) {
		const overlay = { values: new Map(), newest: null, at: 0, stop: null, isOn };

		overlay.chip = h("button", { class: "chip", type: "button", "aria-pressed": String(isOn),
			title: `Draw ${name} over the picture`, click: () => this.#turn(name, overlay) }, name);
		this.#overlays.set(name, overlay);
		this.chips.append(overlay.chip);
	}

	#turn(name, overlay) {
		overlay.isOn = !overlay.isOn;
		mark(overlay.chip, "aria-pressed", String(overlay.isOn));
		if (overlay.isOn && this.#stop) {
			this.#follow(name, overlay);
		} else {
			overlay.stop?.();
			overlay.stop = null;
			overlay.newest = null;
			overlay.values.clear();
		}
		this.#later();
	}

	#follow(name, overlay) {
		overlay.stop ??= this.context.values.follow(name, (line) => {
			if (!Array.isArray(line.value))
				return;
			if (line.value.some((item) => shapeOf(item)) || !line.value.length) {
				overlay.values.set(line.frame, line.value);
				if (overlay.values.size > VALUES)
					overlay.values.delete(overlay.values.keys().next().value);
				overlay.newest = line;
				overlay.at = performance.now();
				this.#later();
			}
		});
	}

	// ---- Pictures ----

	#take(one) {
		const now = performance.now();

		if (this.#isHeld) {
			one.picture.close();
			return;
		}
		this.#times.push(now);
		while (this.#times[0] < now - 2000)
			this.#times.shift();
		this.#ring.push(one);
		const keeps = [...this.#overlays.values()].some((overlay) => overlay.isOn && now - overlay.at < OLD_MS) ? KEPT : 1;
		while (this.#ring.length > keeps) {
			const old = this.#ring.shift();

			if (old !== this.#shown)
				old.picture.close();
		}
		mark(this.note, "hidden", true);
		this.#later();
	}

	#later() {
		if (this.#isDue)
			return;
		this.#isDue = true;
		requestAnimationFrame(() => {
			this.#isDue = false;
			this.#draw();
		});
	}

	// The newest picture all of whose objects are there; after a while, the newest.
	#choose() {
		const now = performance.now();
		const live = [...this.#overlays.values()].filter((overlay) => overlay.isOn && now - overlay.at < OLD_MS);
		const whole = this.#ring.findLast((one) => live.every((overlay) => overlay.values.has(one.frame)));

		if (whole && (live.length || whole === this.#ring.at(-1))) {
			this.#matched = now;
			return whole;
		}
		return now - this.#matched > LATE_MS ? this.#ring.at(-1) : null;
	}

	#draw() {
		const next = this.#choose();

		if (next && next !== this.#shown) {
			const { picture } = next, width = picture.displayWidth ?? picture.width, height = picture.displayHeight ?? picture.height;

			if (this.canvas.width !== width || this.canvas.height !== height) {
				this.canvas.width = width;
				this.canvas.height = height;
			}
			this.canvas.getContext("2d").drawImage(picture, 0, 0, width, height);
			const old = this.#shown;
			this.#shown = next;
			if (old && !this.#ring.includes(old))
				old.picture.close();
			for (const older of this.#ring.splice(0, Math.max(0, this.#ring.indexOf(next))))
				older.picture.close();
			this.canvas.dataset.frame = next.frame ?? "";
			this.canvas.dataset.way = next.way;
			this.canvas.dataset.published = (next.published ?? NaN) / 1e6;
			this.context.saw(this.stream.name, next);
		}
		if (this.#shown)
			this.#drawOver();
	}

	#drawOver() {
		const width = this.body.clientWidth, height = this.body.clientHeight, scale = window.devicePixelRatio || 1;
		const { over } = this, context = over.getContext("2d");
		let n = 0, isOld = false;

		if (over.width !== Math.round(width * scale) || over.height !== Math.round(height * scale)) {
			over.width = Math.round(width * scale);
			over.height = Math.round(height * scale);
		}
		context.setTransform(scale, 0, 0, scale, 0, 0);
		context.clearRect(0, 0, width, height);
		for (const overlay of this.#overlays.values()) {
			if (!overlay.isOn)
				continue;
			const own = overlay.values.get(this.#shown.frame);
			const items = own ?? (performance.now() - overlay.at < OLD_MS ? overlay.newest?.value : null);

			if (!items)
				continue;
			n += items.length;
			isOld ||= !own;
			drawObjects(context, items, width, height, this.canvas, !own);
		}
		over.dataset.objects = n;
		over.dataset.matched = String(!isOld);
	}

	tick() {
		const now = performance.now(), recent = this.#times.filter((at) => at > now - 2000).length / 2;

		put(this.caption, this.#shown
			? `${this.#shown.frame === undefined ? "" : `#${this.#shown.frame}  `}${say.rate(recent)}/s ${this.#shown.way}` +
				(this.#shown.age !== undefined ? `  age ${say.duration(this.#shown.age)}` : "")
			: `${this.stream.shape.width} × ${this.stream.shape.height}`);
	}

	hold(isHeld) {
		this.#isHeld = isHeld;
	}
}
