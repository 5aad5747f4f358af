// Lines over time, or over the index of an array, on a canvas.

import { number } from "./format.js";

const SPAN_MS = 60000, MOST = 1200;

export class Plot {
	#points = []; // { at, value }
	#array = null;
	#isDue = false;

	constructor(canvas) {
		this.canvas = canvas;
		new ResizeObserver(() => this.#later()).observe(canvas);
	}

	clear() {
		this.#points = [];
		this.#array = null;
		this.#later();
	}

	// What is not a number is a gap.
	add(value) {
		const at = performance.now();

		this.#points.push({ at, value: typeof value === "boolean" ? Number(value) : value });
		while (this.#points.length > MOST || this.#points[0].at < at - SPAN_MS)
			this.#points.shift();
		this.#later();
	}

	showArray(values) {
		this.#array = values;
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

	#draw() {
		const { canvas } = this, width = canvas.clientWidth, height = canvas.clientHeight;
		const scale = window.devicePixelRatio || 1, context = canvas.getContext("2d");

		if (!width || !height)
			return;
		if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
			canvas.width = Math.round(width * scale);
			canvas.height = Math.round(height * scale);
		}
		context.setTransform(scale, 0, 0, scale, 0, 0);
		context.clearRect(0, 0, width, height);
		const style = getComputedStyle(canvas), now = performance.now();
		const points = this.#array
			? this.#array.map((value, i) => ({ x: this.#array.length > 1 ? i / (this.#array.length - 1) : 0.5, value }))
			: this.#points.map(({ at, value }) => ({ x: 1 - (now - at) / SPAN_MS, value }));
		const known = points.filter(({ value }) => Number.isFinite(value));
		if (!known.length)
			return;
		let low = Infinity, high = -Infinity;
		for (const { value } of known) {
			low = Math.min(low, value);
			high = Math.max(high, value);
		}
		const isFlat = high === low, pad = isFlat ? Math.abs(high) * 0.1 || 1 : (high - low) * 0.08;
		const least = low - pad, most = high + pad;
		const y = (value) => height - 4 - (value - least) / (most - least) * (height - 8);
		const x = (at) => 1 + at * (width - 6);

		context.strokeStyle = style.getPropertyValue("--line");
		context.lineWidth = 1;
		context.beginPath();
		for (let i = 1; i < 4; i++) {
			const at = Math.round(height * i / 4) + 0.5;

			context.moveTo(0, at);
			context.lineTo(width, at);
		}
		context.stroke();
		this.#line(context, points, x, y, height, style);
		context.font = `11px ${style.fontFamily}`;
		context.fillStyle = style.getPropertyValue("--muted");
		context.textBaseline = "top";
		context.fillText(number(high), 4, 3);
		context.textBaseline = "bottom";
		if (!isFlat)
			context.fillText(number(low), 4, height - 3);
	}

	#line(context, points, x, y, height, style) {
		const accent = style.getPropertyValue("--accent"), last = points.at(-1);
		let isDown = false, start = 0;

		context.beginPath();
		for (const { x: at, value } of points) {
			if (!Number.isFinite(value)) {
				isDown = false;
				continue;
			}
			if (isDown)
				context.lineTo(x(at), y(value));
			else
				context.moveTo(start = x(at), y(value));
			isDown = true;
		}
		context.strokeStyle = accent;
		context.lineWidth = 1.6;
		context.lineJoin = "round";
		context.stroke();
		if (points.every(({ value }) => Number.isFinite(value)) && points.length > 1) {
			context.lineTo(x(last.x), height);
			context.lineTo(start, height);
			context.closePath();
			context.globalAlpha = 0.1;
			context.fillStyle = accent;
			context.fill();
			context.globalAlpha = 1;
		}
		if (!this.#array && Number.isFinite(last.value)) {
			context.beginPath();
			context.arc(x(last.x), y(last.value), 2.8, 0, 7);
			context.fillStyle = accent;
			context.fill();
		}
	}
}
