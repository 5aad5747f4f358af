import io
import pickle
import threading
import weakref

import numpy as np
import pkd

KEPT = []


def make(n):
    return {
        "frame": np.full((300, 400, 3), n, np.uint8), "small": np.full((6, 8), n, np.uint8),
        "points": [(1, 2, "a", [1, 2, 3, 4])] * 3, "point": (3, 4, "b", [n] * 4), "raw": b"12345678", "numbers": [1, 2, 3],
    }


class bad:
    def __init__(self, params):
        self.kind = params.kind
        self.kept = None

    def step(self, frame, small, points, point, raw, numbers, bank, out):
        pkd.state.seen += 1
        given = dict(frame=frame, small=small, points=points, point=point, raw=raw, numbers=numbers, bank=bank, out=out)
        out.view[...] = frame
        out.tiny[...] = small
        if pkd.number() == 3:
            del frame, small
            result = getattr(self, "do_" + self.kind.replace(" ", "_"))(**given)
            if result is not None:
                return result
        return {"n": pkd.state.seen}

    def do_nothing(self, **_): pass
    def do_frame(self, frame, **_): self.kept = frame
    def do_slice(self, frame, **_): self.kept = frame[10:20, 5:8]
    def do_row(self, frame, **_): self.kept = [frame[3]]
    def do_transposed(self, frame, **_): self.kept = frame.T
    def do_memoryview(self, frame, **_): self.kept = memoryview(frame)
    def do_cast(self, small, **_): self.kept = memoryview(small).cast("B")
    def do_frombuffer(self, frame, **_): self.kept = np.frombuffer(frame, np.uint8)
    def do_ndarray(self, frame, **_): self.kept = np.ndarray((5,), np.uint8, buffer=frame)
    def do_flat(self, frame, **_): self.kept = frame.flat
    def do_strided(self, frame, **_): self.kept = np.lib.stride_tricks.sliding_window_view(frame, (3, 3, 3))
    def do_interface(self, frame, **_): self.kept = np.asarray(frame, order="C")

    def do_generator(self, frame, **_):
        self.kept = (row.sum() for row in frame)
        next(self.kept)

    def do_closure(self, frame, **_): self.kept = lambda: frame.sum()

    def do_cycle(self, frame, **_):  # nobody can reach it: it is collected
        holds = [frame]
        holds.append(lambda: holds)
        holds.append(holds)

    def do_thread(self, frame, **_):
        wait = threading.Event()
        threading.Thread(target=lambda: (wait.wait(60), frame.sum()), daemon=True).start()

    def do_global(self, frame, **_): KEPT.append(frame)

    def do_default(self, frame, **_):
        def later(x=frame):
            return x
        self.kept = later

    def do_traceback(self, frame, **_):
        try:
            raise ValueError(1)
        except ValueError as error:
            self.kept = error

    def do_dead_traceback(self, frame, **_):
        try:
            raise ValueError(1)
        except ValueError as error:
            error.__traceback__ = None
            self.kept = error

    def do_record(self, point, **_): self.kept = point
    def do_records(self, points, **_): self.kept = points
    def do_records_slice(self, points, **_): self.kept = points[1:2]
    def do_column(self, points, **_): self.kept = points.x
    def do_record_array(self, point, **_): self.kept = point.h
    def do_text_column(self, points, **_): self.kept = points["name"]
    def do_bytes(self, raw, **_): self.kept = raw[2:3]
    def do_list(self, numbers, **_): self.kept = numbers
    def do_small(self, small, **_): self.kept = small
    def do_copy(self, frame, point, points, raw, **_): self.kept = frame.copy(), point.copy(), points.copy(), bytes(raw)
    def do_pickle(self, frame, points, **_): self.kept = pickle.dumps(frame), pickle.dumps(frame[1:3])
    def do_scalar(self, frame, points, **_): self.kept = frame[0, 0, 0], frame.sum(), points.x.mean(), points[0].name
    def do_state_array(self, **_): self.kept = pkd.state.marks
    def do_state(self, **_): self.kept = pkd.state, self.ctx.state, self.ctx
    def do_out(self, out, **_): self.kept = out.view
    def do_small_out(self, out, **_): self.kept = out.tiny
    def do_returned(self, frame, small, **_): return {"view": frame, "tiny": small, "n": pkd.state.seen}
    def do_bank(self, bank, **_): self.kept = bank

    def do_inside(self, frame, **_):
        class Holder:
            pass
        self.kept = Holder()
        self.kept.deep = {"a": [np.asarray(frame)[None]]}

    def do_coroutine(self, frame, **_):
        async def later():
            return frame
        self.kept = later()

    def do_weak(self, frame, **_): self.kept = weakref.ref(frame)
    def do_write(self, frame, **_): frame[0, 0] = 7
    def do_add(self, frame, **_): frame += 1

    def do_setflags(self, frame, **_): frame.setflags(write=True)
    def do_view(self, frame, **_): frame.view().reshape(-1).flags.writeable = True
    def do_write_record(self, point, **_): point.x = 3
    def do_write_records(self, points, **_): points["x"][0] = 3
    def do_write_bytes(self, raw, **_): raw[0] = 3
    def do_copyto(self, frame, **_): np.copyto(frame, 3)
    def do_dlpack(self, frame, **_): np.from_dlpack(frame)
    def do_put(self, frame, **_): io.BytesIO(b"x" * 10).readinto(frame)
