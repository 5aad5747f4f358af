// All streams of the server, side by side. ?token=… is what it asks for, ?way=mse or jpeg another way of showing.
import { Player, streams } from "./player.js";

const query = new URLSearchParams(location.search);
const token = query.get("token") ?? "", way = query.get("way") ?? "auto", only = query.get("only");
const main = document.querySelector("main"), said = document.querySelector("p");

function show({ name }) {
	const figure = document.createElement("figure"), caption = document.createElement("figcaption");
	const state = document.createElement("span");
	let n = 0;

	caption.append(name, state);
	figure.append(caption);
	main.append(figure);
	const player = new Player(figure, name, { token, way });
	const tell = () => {
		figure.dataset.state = player.state;
		state.textContent = player.state === "showing" ? `${player.width} × ${player.height}, ${n} a second` : player.reason || player.state;
	};
	player.addEventListener("state", tell);
	player.addEventListener("picture", () => player.count = (player.count ?? 0) + 1);
	setInterval(() => {
		n = player.count ?? 0;
		player.count = 0;
		tell();
	}, 1000);
	return player;
}

try {
	const all = (await streams(token)).filter(({ name }) => !only || name === only);
	main.style.setProperty("--least", all.length > 4 ? "16rem" : "24rem");
	globalThis.players = all.map(show);
} catch (error) {
	said.hidden = false;
	said.textContent = error.message;
}
