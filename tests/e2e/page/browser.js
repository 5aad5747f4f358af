// browser.js FOLDER ADDRESS PKD PICTURES: drives the page of page.pkd in Chromium; prints what is wrong, and what it saw.
// FOLDER is where npm has put playwright-core, PKD the command, and pictures are put into PICTURES.
const [folder, address, pkd, pictures] = process.argv.slice(2);
const { chromium } = require(`${folder}/node_modules/playwright-core`);
const { execFileSync } = require("child_process");

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync"];
const LIMIT = 15000 * Number(process.env.TEST_PATIENCE || 10) / 10;
const faults = [];
let page;

function check(isTrue, words) {
	if (!isTrue)
		faults.push(words);
}

// Until `f` in the page is true.
async function wait(words, f, argument) {
	await page.waitForFunction(f, argument, { timeout: LIMIT }).catch(() => {
		throw new Error(`${words}: not in ${LIMIT} ms`);
	});
}

const text = (selector) => page.locator(selector).first().textContent();
const tile = (name) => `.tile[aria-label="${name}"]`;
const param = (name) => `.param[data-param="${name}"]`;

// The mean of the red of a stream's picture.
const brightness = (name) => page.evaluate((selector) => {
	const canvas = document.querySelector(`${selector} canvas.picture`);
	const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
	let sum = 0;

	for (let i = 0; i < data.length; i += 4)
		sum += data[i];
	return sum / (data.length / 4);
}, tile(name));

async function graph() {
	await wait("the nodes", () => document.querySelectorAll(".card").length >= 7);
	check(await text("#program") === "page", "the program's name");
	check(await text("#doc") === "A page's <i>test</i> & \"more\".", "its text is not as it is written");
	await wait("rates", () => [...document.querySelectorAll(".card .rate")].filter((one) => parseFloat(one.textContent) > 5).length >= 6);
	const cards = await page.locator(".card").evaluateAll((all) => all.map((one) => one.dataset.card));
	check(cards.includes("cam") && cards.includes("echoed[]"), `the cards are ${cards}`);
	check((await text('.card[data-card="echoed[]"] .times')) === "×6", "a bank is not folded");
	check(await page.locator(".edge.latest").count() >= 2, "policies are not drawn");
	check((await page.locator(".group-name").allTextContents()).includes("process looking"), "no group of a process");
	await page.click('.fold[aria-label="Unfold echoed[]"]');
	await wait("unfolding", () => document.querySelectorAll('.card[data-card^="echoed["]').length === 6);
	await page.click('.fold[aria-label="Fold all like echoed[0]"]');
	await wait("folding", () => document.querySelectorAll('.card[data-card^="echoed["]').length === 1);
}

// All of it is on the screen where that is asked for, words are not on top of each other, and what begins too large to be read
// has what is alike folded.
async function fit() {
	const before = page.viewportSize();
	for (const [width, height, most = ""] of [[1440, 900], [1000, 600], [1440, 900, "40px"]]) {
		await page.setViewportSize({ width, height });
		await page.locator(".graph-scroll").evaluate((frame, size) => (frame.style.maxHeight = size), most);
		await page.click("[data-zoom=fit]");
		await page.waitForTimeout(100);
		const { is, may, onTop } = await page.evaluate(() => {
			const frame = document.querySelector(".graph-scroll");
			const words = [...document.querySelectorAll(".edge-label > *")].filter((one) => one.checkVisibility() && one.textContent);
			const boxes = [...words, ...document.querySelectorAll(".card")].map((one) => one.getBoundingClientRect());
			const hits = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;

			return { is: [frame.scrollWidth, frame.scrollHeight], may: [frame.clientWidth, frame.clientHeight],
				onTop: words.filter((one, i) => boxes.some((box, k) => k !== i && hits(boxes[i], box))).map((one) => one.textContent) };
		});
		check(is[0] <= may[0] && is[1] <= may[1], `the graph is ${is} on ${may} of ${width}x${height}`);
		check(!onTop.length, `words of edges are on top of others: ${onTop}`);
	}
	const end = await page.locator('.card[data-card^="listened_to_for"] .name').evaluateAll((all) => all.map((one) => {
		const last = one.lastElementChild?.getBoundingClientRect(), room = one.closest(".card").getBoundingClientRect();

		return one.textContent.endsWith("_2") && last?.width > 0 && last.right <= room.right && one.firstElementChild.scrollWidth > one.firstElementChild.clientWidth;
	}));
	check(`${end}` === "true", `the end of a long name is not seen: ${end}`);
	await page.locator(".graph-scroll").evaluate((frame) => (frame.style.maxHeight = ""));
	await page.setViewportSize(before);
	await page.click("[data-zoom=fit]");
}

let compared = "";

// Where the object is by the frame that the picture says it is of: its left side in the drawing over it.
async function pictureAndObjects() {
	await page.selectOption("[name=bank]", "");
	await wait("a picture", (selector) => document.querySelector(`${selector} canvas.picture`)?.dataset.frame, tile("view.view"));
	const first = await brightness("view.view");
	await page.waitForFunction(([selector, was]) => {
		const canvas = document.querySelector(`${selector} canvas.picture`);

		return Math.abs(canvas.getContext("2d").getImageData(80, 60, 1, 1).data[0] - was) > 3;
	}, [tile("view.view"), first], { timeout: LIMIT }).catch(() => check(false, "the picture does not change"));
	for (let i = 0; i < 5; i++) {
		await wait("objects of the picture's frame", ([selector, last]) =>
			document.querySelector(`${selector} canvas.over`).dataset.matched === "true" &&
			document.querySelector(`${selector} canvas.over`).dataset.objects === "1" &&
			document.querySelector(`${selector} canvas.picture`).dataset.frame !== last, [tile("view.view"), compared]);
		compared = await compare();
	}
}

async function compare() {
	const { frame, left, grey } = await page.evaluate((selector) => {
		const over = document.querySelector(`${selector} canvas.over`), canvas = document.querySelector(`${selector} canvas.picture`);
		const { data } = over.getContext("2d").getImageData(0, Math.floor(over.height / 2), over.width, 1);
		let at = 0;

		while (at < over.width && data[at * 4 + 3] < 100)
			at++;
		return { frame: canvas.dataset.frame, left: over.dataset.matched === "true" ? at / over.width : null,
			grey: canvas.getContext("2d").getImageData(80, 60, 1, 1).data[0] };
	}, tile("view.view"));
	check(left === null || Math.abs(left - (frame % 16) / 32) < 0.02, `the object of frame ${frame} is at ${left}, not ${(frame % 16) / 32}`);
	check(Math.abs(grey - (20 + frame % 50)) < 8, `the picture of frame ${frame} is of grey ${grey}, not ${20 + frame % 50}`);
	return frame;
}

async function parameter() {
	const before = await brightness("view.view"), field = page.locator(`${param("view.by")} input.exact`);

	await field.fill("150");
	await field.press("Enter");
	await page.waitForFunction(([selector, was]) => document.querySelector(`${selector} canvas.picture`).getContext("2d")
		.getImageData(80, 60, 1, 1).data[0] > was + 70, [tile("view.view"), before], { timeout: LIMIT })
		.catch(() => check(false, "the picture is not brighter"));
	check(execFileSync(pkd, ["get", "view.by", "--value"]).toString().trim() === "150", "the parameter is not set");
	await field.fill("900");
	await field.press("Enter");
	await page.locator(`${param("view.by")} .fault:not([hidden])`).waitFor({ timeout: LIMIT });
	check(/out of range.*0\.\.180.*in use: 150/.test(await text(`${param("view.by")} .fault`)), "what was refused is not said");
	execFileSync(pkd, ["set", "view.by=30", "view.flat=true", "view.mode=quick", "view.wait=20ms", "view.word=<s>"]);
	await field.press("Escape");
	await field.blur();
	await wait("what others set", (selector) => {
		const of = (name) => document.querySelector(selector.replace("view.by", name));

		return of("view.flat").querySelector("input").checked && of("view.mode").querySelector("select").value === "quick" &&
			of("view.wait").querySelector("input.exact").value === "20ms" && of("view.word").querySelector("input").value === "<s>";
	}, param("view.by"));
	await page.locator(`${param("view.flat")} input`).uncheck();
	await page.locator('.param-group[data-group="echoed[]"] input.exact').fill("2.5");
	await page.locator('.param-group[data-group="echoed[]"] input.exact').press("Enter");
	const values = () => [0, 5].map((i) => execFileSync(pkd, ["get", `echoed[${i}].gain`, "--value"]).toString().trim());
	for (const end = Date.now() + LIMIT; Date.now() < end && `${values()}` !== "2.5,2.5";)
		await page.waitForTimeout(50);
	check(`${values()}` === "2.5,2.5", `a bank's control sets ${values()}`);
	await page.click('.param-group[data-group="echoed[]"] .each');
	await page.locator(`${param("echoed[5].gain")} input.exact`).fill("4");
	await page.locator(`${param("echoed[5].gain")} input.exact`).press("Enter");
	for (const end = Date.now() + LIMIT; Date.now() < end && `${values()}` !== "2.5,4";)
		await page.waitForTimeout(50);
	check(`${values()}` === "2.5,4", `an element's control sets ${values()}`);
	await page.locator('.param-group[data-group="echoed[0]"] .each').click();
	await wait("that the elements differ", () =>
		/differ/.test(document.querySelector('.param-group[data-group="echoed[]"] .about:not([hidden]):not([id])')?.textContent ?? ""));
}

async function command() {
	await page.click("#tab-commands");
	const form = page.locator('form[aria-label="seen.greet"]');

	await form.locator("button[type=submit]").click();
	await form.locator(".answers .bad").first().waitFor({ timeout: LIMIT });
	check(/who is to be greeted/.test(await form.locator(".answers li").first().textContent()), "its error is not shown");
	await form.locator("input[type=text]").first().fill("<b>Ada");
	await form.locator("button[type=submit]").click();
	await form.locator(".answers .good").first().waitFor({ timeout: LIMIT });
	const answer = await form.locator(".answers li").first().textContent();
	check(/seen: <i>hello<\/i> <b>Ada 1$/.test(answer), `the answer is ${answer}`);
}

async function details() {
	await page.locator(`${tile("view.view")} .screen`).click();
	await page.locator(".fates li.good").first().waitFor({ timeout: LIMIT });
	const fates = await page.locator(".fates li").allTextContents();
	check(fates.some((one) => one.includes("view.view") && one.includes("published")), "what became of a frame");
	check(await page.locator(".edge[data-fate]").count() > 0, "its way is not in the graph");
	await page.click('.card[data-card="cam"]');
	await page.click("#details button[data-method=pause]");
	await wait("the pause", () => document.querySelector('.card[data-card="cam"]').dataset.state === "paused");
	check(/paused/.test(await text("#details dl")), "the state in words");
	await page.click("#details button[data-method=resume]");
	await wait("the resumption", () => document.querySelector('.card[data-card="cam"]').dataset.state === "running");
	await page.click("#details button[data-method=restart]");
	await wait("the restart", () => document.querySelector('.card[data-card="cam"] .badges').textContent === "↻1");
}

async function log() {
	await page.fill("#log input[type=search]", "alert(2)");
	await wait("the log", () => [...document.querySelectorAll("#log .line:not([hidden]) .text")].some((one) =>
		/^<script>alert\(2\)<\/script><img src=x onerror=alert\(3\)> \d+$/.test(one.textContent)));
	await page.selectOption("#log [name=level]", "error");
	check(await page.locator("#log .line:not([hidden])").count() === 0, "the level of the log");
	check(await page.locator("#log .none:not([hidden])").textContent({ timeout: 1000 }).catch(() => "") === "No line has that.", "a log without a line does not say why");
	await page.selectOption("#log [name=level]", "info");
	await page.fill("#log input[type=search]", "");
}

async function keyboard() {
	await page.evaluate(() => document.activeElement?.blur());
	await page.evaluate(() => scrollTo(0, 0));
	const seen = [];
	for (let i = 0; i < 40; i++) {
		await page.keyboard.press("Tab");
		const at = await page.evaluate(() => {
			const one = document.activeElement, style = getComputedStyle(one);

			return { card: one.dataset.card, isSeen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || one === document.body,
				name: one.getAttribute("aria-label") || one.textContent.trim() || one.id || one.labels?.[0]?.textContent || one.tagName };
		});
		seen.push(at.name);
		check(at.isSeen, `the focus on ${at.name} is not seen`);
		if (at.card)
			break;
	}
	const card = await page.evaluate(() => document.activeElement.dataset.card);
	check(card, `no node by the keyboard: ${seen.join(", ")}`);
	await page.keyboard.press("ArrowRight");
	check(await page.evaluate(() => document.activeElement.dataset.card) !== card, "an arrow does not go to the next node");
	await page.keyboard.press("Enter");
	check(await page.getAttribute("#tab-details", "aria-selected") === "true", "Enter does not choose a node");
	await page.locator("#tab-params").focus();
	await page.keyboard.press("Enter");
	const bar = page.locator(`${param("view.by")} input[type=range]`);
	await bar.focus();
	await page.keyboard.press("End");
	for (const end = Date.now() + LIMIT; Date.now() < end && execFileSync(pkd, ["get", "view.by", "--value"]).toString().trim() !== "180";)
		await page.waitForTimeout(50);
	check(execFileSync(pkd, ["get", "view.by", "--value"]).toString().trim() === "180", "a slider by the keyboard");
}

// Of each text that is seen, by what is behind it.
const contrasts = () => page.evaluate(() => {
	const parse = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
	const light = ([r, g, b]) => {
		const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);

		return 0.2126 * x + 0.7152 * y + 0.0722 * z;
	};
	const behind = (element) => {
		for (let one = element; one; one = one.parentElement) {
			const colour = parse(getComputedStyle(one).backgroundColor);

			if (colour.length === 3 || colour[3] > 0.9)
				return colour;
		}
		return [255, 255, 255];
	};
	const bad = new Set();
	let n = 0;

	for (const element of document.querySelectorAll("body *")) {
		const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
		const style = getComputedStyle(element);

		if (!own || element.closest("svg, dialog, [hidden], :disabled") || !element.checkVisibility() || element.tagName === "OPTION")
			continue;
		const a = light(parse(style.color)), b = light(behind(element)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

		n++;
		if (ratio < 4.5)
			bad.add(`${element.className || element.tagName} "${element.textContent.trim().slice(0, 20)}" ${ratio.toFixed(2)}`);
	}
	return { n, bad: [...bad] };
});

async function schemes() {
	for (const colorScheme of ["light", "dark"]) {
		await page.emulateMedia({ colorScheme });
		const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
		const mean = ground.match(/\d+/g).map(Number).reduce((a, b) => a + b) / 3;
		check(colorScheme === "dark" ? mean < 60 : mean > 200, `the ${colorScheme} scheme is ${ground}`);
		const { n, bad } = await contrasts();
		check(n > 60 && !bad.length, `${colorScheme}: contrast of ${n}: ${bad.join(", ")}`);
		await page.screenshot({ path: `${pictures}/${colorScheme}.png` });
	}
}

async function phone() {
	await page.setViewportSize({ width: 390, height: 844 });
	for (const name of ["graph", "streams", "side", "log"]) {
		await page.click(`.foot [data-tab=${name}]`);
		await page.waitForTimeout(100);
		const [is, may] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
		check(is <= may, `${name} is ${is} pixels wide on a screen of ${may}`);
		check(await page.locator(`#${name}`).isVisible(), `${name} is not shown`);
		await page.screenshot({ path: `${pictures}/phone-${name}.png` });
	}
	await page.setViewportSize({ width: 1440, height: 900 });
	// Where the graph is not seen at first, it is laid out for this screen when it is.
	const other = await page.context().newPage();
	await other.setViewportSize({ width: 390, height: 844 });
	await other.goto(address, { waitUntil: "domcontentloaded" });
	await other.waitForFunction(() => document.querySelector(".card"), null, { timeout: LIMIT });
	await other.click(".foot [data-tab=graph]");
	await other.waitForFunction(() => document.querySelector('.card[data-card="few[]"]'), null, { timeout: LIMIT })
		.catch(() => check(false, "a graph that is too wide for a phone is not folded"));
	await other.close();
}

// Pictures by each way: as this browser has them, without WebCodecs, and where the server has no channels.
async function ways() {
	for (const [way, before] of [["H.264", () => {}], ["JPEG", () => delete window.VideoDecoder], ["pixels", () => {
		const Socket = WebSocket;

		window.WebSocket = function (url, protocols) {
			return new Socket(url, protocols.includes("pkd.v1") ? protocols : ["no.such"]);
		};
		Object.assign(window.WebSocket, { OPEN: Socket.OPEN, CLOSING: Socket.CLOSING });
	}]]) {
		const other = await page.context().newPage();
		await other.addInitScript(before);
		await other.goto(address, { waitUntil: "domcontentloaded" });
		const isThere = await other.waitForFunction(([selector, wanted]) =>
			document.querySelector(`${selector} canvas.picture`)?.dataset.way === wanted, [tile("view.view"), way],
		{ timeout: LIMIT }).catch(() => null);
		const got = await other.evaluate((selector) => {
			const canvas = document.querySelector(`${selector} canvas.picture`);

			return { way: canvas?.dataset.way, frame: Number(canvas?.dataset.frame) };
		}, tile("view.view"));
		check(isThere && got.frame > 0, `pictures by ${way} come by ${got.way}, of frame ${got.frame}`);
		await other.close();
	}
}

// Nothing may move when figures change: where everything is, twice.
async function steadiness() {
	const places = () => page.evaluate(() => [...document.querySelectorAll(".card, .tile, .panel, .param")].map((one) => {
		const { x, y, width, height } = one.getBoundingClientRect();

		return `${one.getAttribute("aria-label")?.split(",")[0] ?? one.id} ${[x, y, width, height].map(Math.round)}`;
	}));
	const before = await places();
	await page.waitForTimeout(1500);
	const after = await places();
	check(`${before}` === `${after}`, `it moves: ${before.filter((one, i) => one !== after[i])} to ${after.filter((one, i) => one !== before[i])}`);
}

async function ending() {
	await page.goto(`${address.replace(/token=.*/, "token=wrong-wrong-wrong-wrong")}`);
	await wait("why a wrong token is refused", () => /token/.test(document.querySelector("#banner:not([hidden])")?.textContent ?? ""));
	await page.goto(address);
	await wait("the nodes again", () => document.querySelectorAll(".card .rate").length >= 7);
	await page.click("#stop");
	await page.click("#stopping .danger");
	await wait("how it has ended", () => /has ended with status 0/.test(document.querySelector("#banner:not([hidden])")?.textContent ?? ""));
	console.log("ended");
	await page.screenshot({ path: `${pictures}/ended.png` });
	// The test starts it again.
	await wait("the program's next run", () => document.querySelector("#banner").hidden &&
		document.querySelector("#phase").dataset.state === "running");
	await wait("rates of the next run", () => parseFloat(document.querySelector('.card[data-card="cam"] .rate').textContent) > 1);
}

(async () => {
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: flags });
	try {
		page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
		page.setDefaultTimeout(LIMIT);
		page.on("dialog", (dialog) => check(false, `a dialog says ${dialog.message()}`) || dialog.dismiss());
		page.on("pageerror", (error) => check(false, `an error in the page: ${error.message}`));
		page.on("console", (message) => /Content Security Policy|Uncaught/.test(message.text()) && check(false, message.text()));
		await page.goto(address, { waitUntil: "domcontentloaded" });
		for (const part of [graph, fit, pictureAndObjects, ways, parameter, command, details, log, keyboard, schemes, steadiness, phone]) {
			const begun = Date.now();

			await part();
			console.log(`${part.name} ${Date.now() - begun} ms`);
		}
		const markup = await page.evaluate(() => document.querySelectorAll("main b:not(.edge-label b, .answers b), main i, main u, main img, main s, main script").length);
		check(markup === 0, `${markup} elements are made of what the program says`);
		await ending();
	} catch (error) {
		await page?.screenshot({ path: `${pictures}/failed.png` });
		faults.push(error.message);
	} finally {
		await browser.close();
	}
	for (const fault of faults)
		console.error(fault);
	process.exit(faults.length ? 1 : 0);
})();
