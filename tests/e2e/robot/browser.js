// browser.js FOLDER ADDRESS: looks at a stream in Chromium, and reads the number of each picture from its own pixels, as
// numbered.py has drawn them. Each line that it prints is [SECONDS, NUMBER] by CLOCK_MONOTONIC, where the number is a new
// one; null: the picture has none, as a card. FOLDER is where npm has put playwright-core. It ends with its input.
const [folder, address] = process.argv.slice(2);
const { chromium } = require(`${folder}/node_modules/playwright-core`);

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync"];

// In the page.
async function watch() {
	const image = document.createElement("img"), canvas = document.createElement("canvas");
	const context = canvas.getContext("2d", { willReadFrequently: true });
	let last, heard = 0;

	const open = () => {
		heard = performance.now();
		image.src = `/stream.mjpg?${heard}`;
	};
	// A row of white and black columns, and below it the same with each the other way round.
	const bits = (part) => {
		const row = context.getImageData(0, Math.floor(canvas.height * part), canvas.width, 1).data;
		return Array.from({ length: 8 }, (_, i) => row[4 * Math.floor((i + 1.5) * canvas.width / 10)] > 127);
	};
	const read = () => {
		canvas.width = image.naturalWidth;
		canvas.height = image.naturalHeight;
		context.drawImage(image, 0, 0);
		const code = bits(0.3), other = bits(0.5);
		if (code.some((bit, i) => bit === other[i]))
			return null;
		let number = 0;
		for (let gray = code.reduce((sum, bit, i) => sum | bit << i, 0); gray; gray >>= 1)
			number ^= gray;
		return number;
	};
	document.body.append(image);
	open();
	for (;;) {
		await new Promise(requestAnimationFrame);
		const number = image.naturalWidth ? read() : null;
		if (number !== last) {
			heard = performance.now();
			await window.say(performance.timeOrigin + heard, number);
		}
		last = number;
		if (performance.now() - heard > 2000)
			open(); // its server may have been killed
	}
}

(async () => {
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: flags });
	process.stdin.resume().on("end", () => browser.close().finally(() => process.exit(0)));
	const page = await browser.newPage();
	await page.exposeFunction("say", (ms, number) => {
		const offset = Date.now() / 1000 - Number(process.hrtime.bigint()) / 1e9;
		console.log(JSON.stringify([ms / 1000 - offset, number]));
	});
	await page.goto(address, { waitUntil: "domcontentloaded" });
	await page.evaluate(watch);
})().catch((error) => {
	console.error(error.message);
	process.exit(1);
});
