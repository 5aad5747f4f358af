// Looks at a page of what a notebook shows: usage: page.js NPM FILE PICTURE.
"use strict";
const path = require("path");
const fs = require("fs");
const [npm, file, picture] = process.argv.slice(2);
const { chromium } = require(path.join(npm, "node_modules/playwright-core"));

function look() {
	const found = { images: {}, overlaps: [], outside: [], rows: {}, boxes: {} };
	for (const cell of document.querySelectorAll(".cell")) {
		const image = cell.querySelector("img");
		if (image) {
			const canvas = document.createElement("canvas");
			canvas.width = image.naturalWidth;
			canvas.height = image.naturalHeight;
			const context = canvas.getContext("2d");
			if (image.naturalWidth)
				context.drawImage(image, 0, 0);
			const at = (x, y) => Array.from(context.getImageData(x, y, 1, 1).data.slice(0, 3));
			const w = image.naturalWidth, h = image.naturalHeight;
			found.images[cell.id] = { w, h, pixels: w ? [at(0, 0), at(w >> 1, h >> 1), at(w - 1, h - 1)] : [] };
		}
		for (const svg of cell.querySelectorAll("svg")) {
			const all = svg.getBoundingClientRect();
			const boxes = Array.from(svg.querySelectorAll("rect"), (r) => r.getBoundingClientRect());
			found.boxes[cell.id] = boxes.length;
			boxes.forEach((a, i) => {
				if (a.left < all.left || a.right > all.right || a.top < all.top || a.bottom > all.bottom)
					found.outside.push(`${cell.id} ${i}`);
				boxes.slice(i + 1).forEach((b, k) => {
					if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
						found.overlaps.push(`${cell.id} ${i} ${i + 1 + k}`);
				});
			});
			// What stands in a box is within it.
			for (const text of svg.querySelectorAll("rect ~ text")) {
				const t = text.getBoundingClientRect();
				const inside = boxes.some((b) => t.left >= b.left && t.right <= b.right && t.top >= b.top - 1 && t.bottom <= b.bottom + 1);
				if (!inside)
					found.outside.push(`${cell.id} "${text.textContent}"`);
			}
		}
		found.rows[cell.id] = cell.querySelectorAll("tbody tr").length;
	}
	return found;
}

(async () => {
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
	const page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
	await page.goto("file://" + path.resolve(file));
	await page.screenshot({ path: picture, fullPage: true });
	const found = await page.evaluate(look);
	await browser.close();
	console.log(JSON.stringify(found));
	const wrong = [];
	const same = (what, a, b) => {
		if (JSON.stringify(a) !== JSON.stringify(b))
			wrong.push(`${what}: ${JSON.stringify(a)}, wanted ${JSON.stringify(b)}`);
	};
	const red = [255, 0, 0], green = [0, 255, 0], blue = [0, 0, 255];
	same("bgr24", found.images.bgr24, { w: 30, h: 20, pixels: [blue, green, red] });
	same("rgb24", found.images.rgb24, { w: 30, h: 20, pixels: [red, green, blue] });
	same("plain", [found.images.plain.w, found.images.plain.h], [64, 48]);
	if (found.images.gray16)
		same("gray16", [found.images.gray16.w, found.images.gray16.h], [5, 3]);
	if (found.images.i420) {
		const [r, g, b] = found.images.i420.pixels[0];
		if (Math.abs(r - 254) > 3 || g > 3 || b > 3)
			wrong.push(`i420 is ${r},${g},${b} and not red`);
	}
	same("boxes that overlap", found.overlaps, []);
	same("what is outside", found.outside, []);
	same("boxes", [found.boxes.program, found.boxes.run], [5, 5]);
	for (const id of ["status", "describe", "why", "account", "run"])
		if (found.rows[id] < 3)
			wrong.push(`${id} has ${found.rows[id]} rows`);
	if (fs.statSync(picture).size < 10000)
		wrong.push("the picture is empty");
	if (wrong.length) {
		console.error(wrong.join("\n"));
		process.exit(1);
	}
})();
