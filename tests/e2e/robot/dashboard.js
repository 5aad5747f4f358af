// dashboard.js FOLDER PORT OPTIONS: ntcore-ts-client, which npm has put into FOLDER, as a robot's dashboard. Each line that
// it prints is [SECONDS, TOPIC, VALUE] by CLOCK_MONOTONIC; without a value the topic is gone; of no topic: is it connected?
// Each line that it reads is [TOPIC, TYPE, VALUE], which it publishes. OPTIONS are those of its subscriptions.
const [folder, port, options] = process.argv.slice(2);
const { NetworkTables, NetworkTablesTypeInfos: T } = require(`${folder}/node_modules/ntcore-ts-client`);
console.info = console.warn = console.error = () => {};

const kinds = {
	"/SmartDashboard/distance": T.kDouble, "/SmartDashboard/offset": T.kDouble,
	"/SmartDashboard/targetInView": T.kBoolean, "/SmartDashboard/heartbeat": T.kInteger,
	"/CameraPublisher/DriveCam/connected": T.kBoolean, "/CameraPublisher/DriveCam/streams": T.kStringArray,
	"/CameraPublisher/DriveCam/mode": T.kString, "/CameraPublisher/ClawCam/streams": T.kStringArray,
	"/Slow/distance": T.kDouble,
};
const table = NetworkTables.getInstanceByURI("127.0.0.1", Number(port));
const say = (...what) => process.stdout.write(JSON.stringify([Number(process.hrtime.bigint()) / 1e9, ...what]) + "\n");

for (const [name, kind] of Object.entries(kinds)) {
	const topic = table.createTopic(name, kind), unannounce = topic.unannounce.bind(topic);

	topic.unannounce = () => {
		unannounce();
		say(name);
	};
	topic.subscribe((value) => say(name, value), JSON.parse(options));
}
let wasConnected = null;
table.addRobotConnectionListener((isConnected) => {
	if (isConnected !== wasConnected)
		say("", isConnected);
	wasConnected = isConnected;
}, true);

const published = {};
async function put(name, kind, value) {
	if (!published[name]) {
		published[name] = table.createTopic(name, kind === "boolean" ? T.kBoolean : T.kDouble, null);
		await published[name].publish();
	}
	published[name].setValue(value);
}
require("readline").createInterface({ input: process.stdin }).on("line", (line) => put(...JSON.parse(line)))
	.on("close", () => process.exit(0));
