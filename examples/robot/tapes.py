"""A team's own targeting, with NumPy and cv2. It sees a frame that nobody changes, and may die without the others."""
import math

import cv2
import numpy as np
import pkd

TILT, TOLERANCE = 14.5, 5.0  # degrees


def lean(contour):
    """By how much a contour leans to the right, in degrees."""
    corners = cv2.boxPoints(cv2.minAreaRect(contour))
    sides = np.roll(corners, -1, axis=0) - corners
    x, y = max(sides, key=lambda side: side @ side)
    if y > 0:
        x, y = -x, -y
    return math.degrees(math.atan2(x, -y))


def is_tape(contour):
    if cv2.contourArea(contour) < 30:
        return False
    _, _, width, height = cv2.boundingRect(contour)
    full = cv2.contourArea(contour) / cv2.contourArea(cv2.convexHull(contour))
    return width / height >= 0.4 and full >= 0.9


class tapes:
    def __init__(self, params):
        cv2.setNumThreads(1)  # as many as the deploy gives this process
        self.params = params

    def step(self, frame):
        pair = self.find(frame)
        if pair is None:
            pkd.state.n = 0
            return {"distance": -1, "offset": -1, "targetInView": False, "isCentered": False}
        left, right = pair
        params, state = self.params, pkd.state
        distance = params.spacing * params.focal / (right - left) - params.setback
        distances = list(state.distances)[1:] + [distance]
        state.distances, state.n = distances, min(state.n + 1, 5)
        middle = (left + right) / 2 - frame.shape[1] / 2
        return {
            "distance": sum(distances[-state.n :]) / state.n,
            "offset": math.degrees(math.atan2(middle, params.focal)),
            "targetInView": True,
            "isCentered": abs(middle) < 10,
        }

    def find(self, frame):
        """Where the inner edges of the two are, in pixels; None: there is no pair."""
        params = self.params
        low = (params.h_min, params.s_min, params.v_min)
        mask = cv2.inRange(cv2.cvtColor(frame, cv2.COLOR_BGR2HSV), low, (params.h_max, 255, 255))
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        angles = [(lean(contour), contour) for contour in contours if is_tape(contour)]
        left = [c[:, 0, 0].max() for angle, c in angles if abs(angle - TILT) <= TOLERANCE]
        right = [c[:, 0, 0].min() for angle, c in angles if abs(angle + TILT) <= TOLERANCE]
        if not left or not right or right[0] <= left[0]:
            return None
        return float(left[0]), float(right[0])
