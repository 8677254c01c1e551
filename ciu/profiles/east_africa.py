"""What meters of several makers answer to in Kenya and Uganda."""

from ciu.profiles.profile import Profile

PROFILE = Profile(name="east_africa", title="Kenya and Uganda", codes={"#100#": "credit"})
