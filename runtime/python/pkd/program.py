"""Building a program with pkdc, and starting it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import weakref
from html import escape
from typing import IO, Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from . import place, words
from .errors import BuildFailed, Error, Failed, Invalid, NotInstalled, NoProgram, Timeout
from .run import Run, _alive, _Output
from .talk import PATIENCE, Talk

Path = Union[str, "os.PathLike[str]"]
Output = Union[None, str, int, IO[Any]]
Options = Union[Sequence[str], Mapping[str, Any]]

_BUILD_TIMEOUT = 600.0


def find_pkdc(given: Optional[Path] = None) -> str:
    """The compiler: the one that is given, $PKDC, or that of the PATH."""
    wanted = os.fspath(given or os.environ.get("PKDC") or "pkdc")
    found = shutil.which(wanted)
    if not found:
        raise NotInstalled(
            f"there is no {wanted!r}: install pkd, or give the compiler's path by pkdc=... or $PKDC"
        )
    return found


def _run_pkdc(command: Sequence[str], timeout: float) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        raise Timeout(f"pkdc has not ended within {timeout:g} s") from None
    except (OSError, ValueError) as error:
        raise NotInstalled(f"{command[0]} cannot be run: {error}") from error


def _definitions(define: Optional[Mapping[str, Any]]) -> List[str]:
    found = []
    for name, value in (define or {}).items():
        found += ["-D", f"{name}={words.option_text(name, value)}"]
    return found


def build(
    source: Path,
    define: Optional[Mapping[str, Any]] = None,
    *,
    pipeline: Optional[str] = None,
    deploy: Optional[str] = None,
    output: Optional[Path] = None,
    options: Sequence[str] = (),
    pkdc: Optional[Path] = None,
    timeout: float = _BUILD_TIMEOUT,
) -> Program:
    """Builds a .pkd file. BuildFailed has what the compiler says.

    `define` gives constants of the file other values, `options` are further words for
    `pkdc build`. Without `output` the program is in a folder that goes with this object."""
    compiler = find_pkdc(pkdc)
    path = os.path.abspath(os.fspath(source))
    chosen = [f"--pipeline={pipeline}"] if pipeline is not None else []
    chosen += [f"--deploy={deploy}"] if deploy is not None else []
    chosen += _definitions(define)
    folder = None
    if output is None:
        folder = tempfile.mkdtemp(prefix="pkd-")
        name = os.path.splitext(os.path.basename(path))[0] or "program"
        target = os.path.join(folder, name)
    else:
        target = os.path.abspath(os.fspath(output))
    try:
        said = _compile([compiler, "build", *chosen, *options, "-o", target, path], timeout)
        program = Program(target)
    except BaseException:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    program.messages = said
    if folder is not None:
        # In a process that was forked it stays.
        weakref.finalize(program, _remove, folder, os.getpid())
    program._source = (compiler, path, chosen)
    return program


def _compile(command: Sequence[str], timeout: float) -> str:
    done = _run_pkdc(command, timeout)
    said = done.stderr.decode("utf-8", "replace")
    if done.returncode:
        raise BuildFailed(said.strip() or f"pkdc has ended with {done.returncode}", done.returncode)
    return said


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


class Report:
    """What pkdc has proved of a program. `data` is what `pkdc check --report --json` says."""

    def __init__(self, data: Dict[str, Any], text: str) -> None:
        self.data = data
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre style='line-height:1.3'>{escape(self.text)}</pre>"


class Program:
    """An executable that pkdc has built: `pkd.Program("./people")`, or what `build` returns."""

    def __init__(self, path: Path) -> None:
        self.path = os.path.abspath(os.fspath(path))
        self.messages = ""  # what the compiler has warned of
        self._source: Optional[Tuple[str, str, List[str]]] = None
        if not os.path.exists(self.path):
            raise NoProgram(f"there is no program {self.path}")

    def __repr__(self) -> str:
        return f"<pkd program {os.path.basename(self.path)}>"

    def _repr_html_(self) -> str:
        from .draw import graph_of_source

        if self._source is None:
            return f"<p>{escape(repr(self))}</p>"
        return graph_of_source(self.graph())

    def _of_source(self, *command: str) -> str:
        if self._source is None:
            raise Error("only a program that pkd.build has built knows its source", "no_source")
        compiler, path, chosen = self._source
        done = _run_pkdc([compiler, *command, *chosen, path], _BUILD_TIMEOUT)
        if done.returncode:
            raise BuildFailed(done.stderr.decode("utf-8", "replace").strip(), done.returncode)
        return done.stdout.decode("utf-8", "replace")

    def graph(self) -> Dict[str, Any]:
        """What `pkdc graph --format=json` says."""
        found: Dict[str, Any] = json.loads(self._of_source("graph", "--format=json"))
        return found

    def report(self) -> Report:
        """What is proved of it: memory, latency, what may be absent and why."""
        text = self._of_source("check", "--report")
        return Report(json.loads(self._of_source("check", "--report", "--json")), text)

    def run(
        self,
        params: Optional[Mapping[str, Any]] = None,
        *,
        options: Options = (),
        stdout: Output = "capture",
        stderr: Output = "capture",
        cwd: Optional[Path] = None,
        env: Optional[Mapping[str, str]] = None,
        account: bool = True,
        start: float = 30.0,
        **more: Any,
    ) -> Run:
        """Starts it: `with p.run(source="a.mp4") as run:`.

        Parameters are keywords, those of nodes in `params`: `p.run({"n.step": 3})`. `options` are
        those of every program: `["--quiet"]`, or `{"freeze": "off"}`. `stdout` and `stderr`:
        "capture" keeps the last 16 MiB (`run.stdout`, `run.log`), "show" also writes it to
        sys.stdout or sys.stderr, None leaves it alone, a file takes it. `start`: how long it may
        take until it can be asked. `env` is added to the environment.

        The program ends with the `with` block, with Python however that ends, or by itself."""
        both = {**(params or {}), **more}
        return _start(self, both, _option_words(options), (stdout, stderr), cwd, env, account, start)


def _option_words(options: Options) -> List[str]:
    if isinstance(options, str):
        raise Invalid("options are a list of words, or a dict", "invalid_parameter")
    if not isinstance(options, Mapping):
        found = [os.fspath(word) for word in options]
    else:
        found = []
        for name, value in options.items():
            name = name.replace("_", "-")
            if value is True:
                found.append(f"--{name}")
            elif value is not False and value is not None:
                found.append(f"--{name}={words.option_text(name, value)}")
    for word in found:
        if "\0" in word:
            raise Invalid("an option has no NUL byte in it", "invalid_value")
        if word.partition("=")[0] in ("--no-console", "--lifeline"):
            raise Invalid(f"{word}: pkd.run needs the console and the lifeline itself", "invalid_parameter")
    return found


def _parameter_words(params: Mapping[str, Any]) -> List[str]:
    found = []
    for name, value in params.items():
        if not isinstance(name, str) or not name or not all(c.isalnum() or c in "._-[]" for c in name):
            raise Invalid(f"{name!r} is no name of a parameter", "unknown_parameter")
        found.append(f"--{name}={words.option_text(name, value)}")
    return found


def _target(output: Output, of: str) -> Any:
    if output in ("capture", "show"):
        return subprocess.PIPE
    if isinstance(output, str):
        raise Invalid(
            f'{of}={output!r}: "capture", "show", None, or a file that is open', "invalid_parameter"
        )
    return output


def _start(
    program: Program,
    params: Mapping[str, Any],
    options: List[str],
    outputs: Tuple[Output, Output],
    cwd: Optional[Path],
    env: Optional[Mapping[str, str]],
    account: bool,
    start: float,
) -> Run:
    arguments = [program.path, *options, *_parameter_words(params)]
    targets = [_target(output, of) for output, of in zip(outputs, ("stdout", "stderr"))]
    until = time.monotonic() + start
    folder = tempfile.mkdtemp(prefix="pkd-")
    has_own = any(word.partition("=")[0] == "--account" for word in options)
    path = os.path.join(folder, "account.json") if account and not has_own else None
    if path is not None:
        arguments.append(f"--account={path}")
    reads, writes = os.pipe()
    try:
        reads = _high(reads)
        arguments.append(f"--lifeline=/dev/fd/{reads}")
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=targets[0],
            stderr=targets[1],
            cwd=cwd,
            env=None if env is None else {**os.environ, **env},
            pass_fds=[reads],
            # Ctrl-C and a notebook's interrupt are for Python, which then ends the program.
            start_new_session=True,
        )
    except BaseException as error:
        os.close(writes)
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, (OSError, ValueError)):
            raise Failed(f"{program.path} cannot be started: {error}", None) from error
        raise
    finally:
        os.close(reads)
    run = Run("", process.pid, os.path.basename(program.path))
    run._process, run._lifeline, run._folder, run._account_path = process, writes, folder, path
    run._program = program
    _alive.add(run)
    for output, of, show in (
        (process.stdout, "stdout", sys.stdout if outputs[0] == "show" else None),
        (process.stderr, "stderr", sys.stderr if outputs[1] == "show" else None),
    ):
        if output is not None:
            run._outputs[of] = _Output(output, show)
    try:
        _find(run, until, env)
    except BaseException:
        run.stop(2.0)
        raise
    return run


def _high(fd: int) -> int:
    """A descriptor that is none of the three that a program begins with."""
    lower = []
    while fd <= 2:
        lower.append(fd)
        fd = os.dup(fd)
    for other in lower:
        os.close(other)
    return fd


def _find(run: Run, until: float, env: Optional[Mapping[str, str]]) -> None:
    """Waits until it can be asked, or has ended, which may be soon and well."""
    pause = 0.002
    assert run._process is not None
    while True:
        has_ended = run._process.poll() is not None
        for _, path in place.sockets(run.pid, env):
            try:
                with Talk(path, max(0.1, min(PATIENCE, until - time.monotonic()))) as talk:
                    if talk.pid == run.pid:
                        run._path, run.name, run.version = path, talk.name, talk.version
                        return
            except Error:
                continue
        if has_ended:
            result = run.wait(1.0, check=False)
            if result.status != 0:
                raise run._failed(result)
            return
        if time.monotonic() > until:
            raise Timeout(f"{run.name} ({run.pid}) cannot be asked\n{run.log[-2000:]}", "no_answer")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
