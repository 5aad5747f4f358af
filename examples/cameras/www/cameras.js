// All cameras of the server in a grid. Their pictures come by player.js, which is the server's own; what the shared
// detector has found comes from net.ws_values, by camera, and is drawn over them.
// ?token=… is what the server asks for, ?values=PORT where the answers are, if not one port further.
import { Player, streams } from "./player.js";

const query = new URLSearchParams(location.search);
const token = query.get("token") ?? "", way = query.get("way") ?? "auto";
const main = document.querySelector("#cameras"), summary = document.querySelector("#summary");
const boxes = document.querySelector("#boxes");
const KEPT_MS = 3000; // an answer that is older says nothing of what is there now

class Camera {
	constructor({ name }, number) {
		this.number = number;
		this.name = /^\d+$/.test(name) ? `Camera ${name}` : name;
		this.pictures = 0;
		this.rate = 0;
		this.figure = document.createElement("figure");
		this.figure.tabIndex = 0;
		this.figure.setAttribute("aria-label", this.name);
		this.figure.innerHTML = `<div></div><canvas></canvas><figcaption><i></i><b></b><span class="state"></span><span class="size"></span><span class="found"></span></figcaption>`;
		this.figure.querySelector("b").textContent = this.name;
		this.over = this.figure.querySelector(":scope > canvas");
		main.append(this.figure);
		this.player = new Player(this.figure.querySelector("div"), name, { token, way });
		this.player.addEventListener("picture", () => this.pictures++);
		this.player.addEventListener("state", () => this.tell());
		this.figure.addEventListener("click", () => choose(chosen === this ? null : this));
		this.figure.addEventListener("keydown", (event) => event.key === "Enter" && choose(chosen === this ? null : this));
	}
	second() {
		this.rate = this.pictures;
		this.pictures = 0;
		this.tell();
	}
	tell() {
		const { state, reason, width, height } = this.player;

		this.figure.dataset.state = state;
		this.figure.querySelector(".state").textContent =
			state === "showing" ? `${this.rate} a second` : reason || state;
		this.figure.querySelector(".size").textContent = state === "showing" ? `${width} × ${height}` : "";
	}
	found(objects) {
		this.objects = objects;
		this.at = performance.now();
		this.draw();
	}
	/** The boxes of the last answer, where the picture is within the figure. */
	draw() {
		const { over, player } = this, context = over.getContext("2d");
		const old = performance.now() - (this.at ?? -KEPT_MS) >= KEPT_MS, objects = old ? [] : this.objects;
		const w = over.width = over.clientWidth, h = over.height = over.clientHeight;
		const scale = Math.min(w / (player.width || 16), h / (player.height || 9));
		const pw = scale * (player.width || 16), ph = scale * (player.height || 9);

		this.figure.querySelector(".found").textContent = objects.length ? `${objects.length} found` : "";
		if (!boxes.checked)
			return;
		context.strokeStyle = context.fillStyle = "#ffd23f";
		context.lineWidth = 2;
		context.font = "12px system-ui, sans-serif";
		for (const { box, label, score } of objects) {
			const x = (w - pw) / 2 + box.x * pw, y = (h - ph) / 2 + box.y * ph;

			context.strokeRect(x, y, box.w * pw, box.h * ph);
			context.fillText(`${label} ${score.toFixed(2)}`, x, y > 14 ? y - 4 : y + 14);
		}
	}
}

let cameras = [], chosen = null;

function choose(camera) {
	chosen?.figure.classList.remove("chosen");
	chosen = camera;
	chosen?.figure.classList.add("chosen");
	main.classList.toggle("alone", !!chosen);
	chosen?.figure.focus();
}

addEventListener("keydown", ({ key, target }) => {
	const step = { ArrowRight: 1, ArrowLeft: -1 }[key];

	if (target instanceof HTMLInputElement)
		return;
	if (key === "Escape")
		choose(null);
	else if (/^\d$/.test(key) && cameras[key])
		choose(cameras[key]);
	else if (step && chosen)
		choose(cameras[(chosen.number + step + cameras.length) % cameras.length]);
});
boxes.addEventListener("change", () => cameras.forEach((camera) => camera.draw()));

/** The answers; the connection is made again when it is lost. */
function listen(wait = 250) {
	const url = new URL(location.href);

	url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
	url.port = query.get("values") ?? Number(location.port) + 1;
	url.pathname = "/ws/values";
	url.search = token ? `?token=${encodeURIComponent(token)}` : "";
	url.hash = "";
	const socket = new WebSocket(url);
	socket.onmessage = ({ data }) => {
		const { value } = JSON.parse(data);

		wait = 250;
		cameras[value.camera]?.found(value.objects);
	};
	socket.onclose = () => setTimeout(listen, wait, Math.min(2 * wait, 5000));
}

async function begin() {
	try {
		const all = await streams(token);

		main.style.setProperty("--columns", Math.ceil(Math.sqrt(all.length)));
		cameras = all.map((stream, i) => new Camera(stream, i));
		globalThis.cameras = cameras;
		listen();
	} catch (error) {
		summary.textContent = `${error.message}; trying again`;
		setTimeout(begin, 1000);
	}
}

setInterval(() => {
	cameras.forEach((camera) => {
		camera.second();
		camera.draw();
	});
	const n = cameras.filter(({ player }) => player.state === "showing").length;
	if (cameras.length)
		summary.textContent = n === cameras.length ? `all ${n} are online` : `${n} of ${cameras.length} are online`;
}, 1000);
begin();
