// browser.js FOLDER ADDRESS SECONDS: opens the page in Chromium in each way of showing, and prints which picture it shows
// when, "WAY NUMBER TIME", in seconds of CLOCK_MONOTONIC, the number read from its own pixels; and "WAY first MS" how long
// the first picture took from the player's beginning, "WAY clock SECONDS" how far the element's time went. FOLDER is where
// npm has put playwright-core.
const [folder, address, seconds] = process.argv.slice(2);
const { chromium } = require(`${folder}/node_modules/playwright-core`);

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync"];

// In the page: each new number, with the time of the page's clock.
async function watch({ way, name, ms }) {
	const { Player } = await import("/player.js");
	const parent = document.createElement("figure"), seen = [];
	const canvas = document.createElement("canvas"), context = canvas.getContext("2d", { willReadFrequently: true });
	let last = -1, begins = 0;

	function read() {
		const view = player.view, width = canvas.width = view.videoWidth ?? view.width;
		canvas.height = 1;
		if (!width)
			return;
		context.drawImage(view, 0, (view.videoHeight ?? view.height) >> 2, width, 1, 0, 0, width, 1);
		const row = context.getImageData(0, 0, width, 1).data;
		let code = 0;
		for (let bit = 0; bit < 16; bit++)
			code |= (row[4 * Math.floor((bit + 0.5) * width / 16)] > 127) << bit;
		let number = 0;
		for (; code; code >>= 1)
			number ^= code;
		if (number !== last)
			seen.push([number, performance.timeOrigin + performance.now()]);
		last = number;
	}
	document.body.append(parent);
	const began = performance.now();
	const player = new Player(parent, name, { way });
	let first = 0;
	player.addEventListener("picture", () => {
		first ||= performance.now();
		read();
	});
	while (!first && performance.now() < began + 20000)
		await new Promise(requestAnimationFrame);
	begins = player.view?.currentTime ?? 0;
	await new Promise((done) => setTimeout(done, ms));
	const result = { seen, first: first - began, clock: (player.view?.currentTime ?? 0) - begins, codec: player.codec, state: player.state };
	player.close();
	parent.remove();
	return result;
}

(async () => {
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: flags });
	try {
		const page = await browser.newPage();
		page.on("pageerror", (error) => console.error(error.message));
		await page.goto(address, { waitUntil: "domcontentloaded" });
		for (const [way, name] of [["webcodecs", "film"], ["mse", "film"], ["jpeg", "jpegs"]]) {
			const { seen, first, clock, codec, state } = await page.evaluate(watch, { way, name, ms: 1000 * seconds });
			const offset = Date.now() / 1000 - Number(process.hrtime.bigint()) / 1e9;
			if (state !== "showing")
				throw new Error(`${way}: ${state}`);
			console.log(`${way} first ${first.toFixed(0)}\n${way} clock ${clock.toFixed(3)}\n${way} codec ${codec}`);
			for (const [number, time] of seen)
				console.log(`${way} ${number} ${(time / 1000 - offset).toFixed(6)}`);
		}
		// The page itself, which chooses its way.
		await page.waitForFunction(() => players.every((player) => player.state === "showing"), null, { timeout: 20000 });
	} finally {
		await browser.close();
	}
})().catch((error) => {
	console.error(error.message);
	process.exit(1);
});
