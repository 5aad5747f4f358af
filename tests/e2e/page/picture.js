// picture.js FOLDER ADDRESS FILE: the page at its best, for the documentation. FOLDER is where npm has put playwright-core.
const [folder, address, file] = process.argv.slice(2);
const { chromium } = require(`${folder}/node_modules/playwright-core`);

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync"];

(async () => {
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: flags });
	try {
		const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" });
		await page.goto(address, { waitUntil: "domcontentloaded" });
		// Somebody is seen, and there is something in the plots.
		await page.waitForFunction(() => document.querySelector(".tile[aria-label='cam.frame'] canvas.over")?.dataset.matched === "true" &&
			Number(document.querySelector(".tile[aria-label='cam.frame'] canvas.over").dataset.objects) >= 3, null, { timeout: 60000 });
		await page.waitForTimeout(25000);
		await page.waitForFunction(() => Number(document.querySelector(".tile[aria-label='cam.frame'] canvas.over").dataset.objects) >= 3 &&
			document.querySelector(".tile[aria-label='cam.frame'] canvas.over").dataset.matched === "true", null, { timeout: 30000 });
		await page.screenshot({ path: file });
	} finally {
		await browser.close();
	}
})().catch((error) => {
	console.error(error.message);
	process.exit(1);
});
