// browser.js FOLDER ADDRESS SECONDS: opens the page in Chromium, and prints for each way of framing which picture
// it shows when: "WAY NUMBER TIME", the time in seconds of CLOCK_MONOTONIC. The numbers are read from its own pixels.
// FOLDER is where npm has put playwright-core.
const [folder, address, seconds] = process.argv.slice(2);
const { chromium } = require(`${folder}/node_modules/playwright-core`);

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync"];

// In the page: each new number, with the time of the page's clock.
async function watch({ way, ms }) {
	const image = document.querySelector("img");
	const canvas = document.createElement("canvas"), context = canvas.getContext("2d", { willReadFrequently: true });
	const seen = [], end = performance.now() + ms;
	let last = -1;

	image.src = `/stream.mjpg?parts=${way}&${performance.now()}`;
	while (performance.now() < end) {
		await new Promise(requestAnimationFrame);
		if (!image.naturalWidth)
			continue;
		canvas.width = image.naturalWidth;
		canvas.height = image.naturalHeight;
		context.drawImage(image, 0, 0);
		const row = context.getImageData(0, canvas.height >> 2, canvas.width, 1).data;
		let code = 0;
		for (let bit = 0; bit < 16; bit++)
			code |= (row[4 * Math.floor((bit + 0.5) * canvas.width / 16)] > 127) << bit;
		let number = 0;
		for (; code; code >>= 1)
			number ^= code;
		if (number !== last)
			seen.push([number, performance.timeOrigin + performance.now()]);
		last = number;
	}
	image.src = "";
	return seen;
}

(async () => {
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: flags });
	try {
		const page = await browser.newPage();
		await page.goto(address, { waitUntil: "domcontentloaded" });
		for (const way of ["ahead", "classic"]) {
			const seen = await page.evaluate(watch, { way, ms: 1000 * seconds });
			const offset = Date.now() / 1000 - Number(process.hrtime.bigint()) / 1e9;
			for (const [number, time] of seen)
				console.log(`${way} ${number} ${(time / 1000 - offset).toFixed(6)}`);
		}
	} finally {
		await browser.close();
	}
})().catch((error) => {
	console.error(error.message);
	process.exit(1);
});
