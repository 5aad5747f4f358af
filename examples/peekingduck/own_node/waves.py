"""A custom node: key points in, a number out. Everything around it is in own_node.pkd."""
import pkd

RIGHT_ELBOW, RIGHT_WRIST = 8, 10
SURE = 0.3


class waves:
    def __init__(self, params):
        self.params = params

    def step(self, people):
        if len(people) > 0:
            points = people[0].points
            elbow, wrist = points[RIGHT_ELBOW], points[RIGHT_WRIST]
            if wrist.score >= SURE and elbow.score >= SURE and wrist.y < elbow.y:
                self.follow(float(wrist.x))
        return pkd.state.n_waves

    def follow(self, x):
        state = pkd.state
        if state.direction == 0:
            state.direction, state.turned_at = 1, x
        elif (x - state.turned_at) * state.direction >= 0:
            state.turned_at = x  # further on its way
        elif abs(x - state.turned_at) >= self.params.least:
            state.n_waves += state.direction < 0  # there and back
            state.direction, state.turned_at = -state.direction, x
