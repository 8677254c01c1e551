"""CLOU."""

from ciu.profiles.profile import Profile

PROFILE = Profile(name="clou", title="CLOU", codes={"65": "meter_number"})
