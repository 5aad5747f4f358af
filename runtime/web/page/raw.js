// Pictures as the console has them, without an encoder: pixels of `echo`, in base64. For where the server offers no
// other; a few pictures in a second.

import { Values } from "./values.js";

const EVERY_MS = 200;

function decode(pieces, size) {
	const bytes = new Uint8Array(size);
	let n = 0;

	for (const piece of pieces) {
		const text = atob(piece);

		for (let i = 0; i < text.length && n < size; i++)
			bytes[n++] = text.charCodeAt(i);
	}
	return n === size ? bytes : null;
}

const clamp = (value) => value < 0 ? 0 : value > 255 ? 255 : value;

// By BT.601 or, from a height of 720 on, BT.709, limited; the console does not say which.
function fromYuv(rgba, bytes, { width, height, format }, stride) {
	const isHigh = height >= 720, isPlanar = format === "i420";
	const kr = isHigh ? 1.793 : 1.596, kgu = isHigh ? 0.213 : 0.392, kgv = isHigh ? 0.533 : 0.813, kb = isHigh ? 2.112 : 2.017;
	const chroma = isPlanar ? stride >> 1 : stride, u0 = stride * height, v0 = u0 + chroma * ((height + 1) >> 1);

	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			const at = (y * width + x) * 4, row = u0 + (y >> 1) * chroma, i = x >> 1;
			const l = 1.164 * (bytes[y * stride + x] - 16);
			const u = (isPlanar ? bytes[row + i] : bytes[row + 2 * i]) - 128;
			const v = (isPlanar ? bytes[v0 + (y >> 1) * chroma + i] : bytes[row + 2 * i + 1]) - 128;

			rgba[at] = clamp(l + kr * v);
			rgba[at + 1] = clamp(l - kgu * u - kgv * v);
			rgba[at + 2] = clamp(l + kb * u);
			rgba[at + 3] = 255;
		}
}

// Of a format's pixel: its bytes, and where red, green and blue are in it.
const PACKED = { gray8: [1, 0, 0, 0], bgr24: [3, 2, 1, 0], rgb24: [3, 0, 1, 2], bgra32: [4, 2, 1, 0],
	rgba32: [4, 0, 1, 2], gray16: [2, 1, 1, 1] };

export function toRgba(bytes, image, stride) {
	const { width, height, format } = image, data = new ImageData(width, height), rgba = data.data;

	if (format === "i420" || format === "nv12") {
		fromYuv(rgba, bytes, image, stride);
		return data;
	}
	if (!PACKED[format])
		return null;
	const [size, r, g, b] = PACKED[format];
	for (let y = 0, to = 0; y < height; y++)
		for (let x = 0, from = y * stride; x < width; x++, from += size, to += 4) {
			rgba[to] = bytes[from + r];
			rgba[to + 1] = bytes[from + g];
			rgba[to + 2] = bytes[from + b];
			rgba[to + 3] = 255;
		}
	return data;
}

export class RawPictures {
	#values;

	constructor(url, has) {
		this.#values = new Values(url, has);
	}

	want(stream, take, refused) {
		let head = null, pieces = [], length = 0;

		return this.#values.want(stream, async (line) => {
			if (line.pixels === undefined) {
				head = line;
				pieces = [];
				length = 0;
				return;
			}
			if (!head?.bytes)
				return;
			pieces.push(line.pixels);
			length += line.pixels.length;
			if (length < Math.ceil(head.bytes / 3) * 4 - 2 * pieces.length)
				return;
			const bytes = decode(pieces, head.bytes), { frame, time_ns: time, value, stride, age_ns: age } = head;
			head = null;
			const data = bytes && toRgba(bytes, value, stride);
			if (data)
				take({ frame, time, age, way: "pixels", picture: await createImageBitmap(data) });
			else if (bytes)
				refused?.(new Error(`the page cannot show ${value.format}`));
		}, { every: EVERY_MS, parameters: { pixels: true }, refused });
	}
}
