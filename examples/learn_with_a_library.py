"""Train the community battery with Stable-Baselines3: pip install "jiran[learn]" stable-baselines3 (brings PyTorch, large)."""

import sys

import jiran

try:
    from stable_baselines3 import PPO

    from jiran.envs import CommunityBattery
except (ImportError, jiran.JiranError) as error:
    sys.exit(f'{error}: pip install "jiran[learn]" stable-baselines3')

PRICES = [0.30] * 7 + [0.45] * 4 + [0.15] * 5 + [0.75] * 5 + [0.30] * 3
street = jiran.load_scenario("kampung", {"grid.import_price": PRICES, "grid.export_price": 0.10})
env = CommunityBattery(street)
model = PPO("MlpPolicy", env, seed=1, verbose=1).learn(100_000)

seen, _ = env.reset()
reward, over = 0.0, False
while not over:
    action, _ = model.predict(seen, deterministic=True)
    seen, more, _, over, _ = env.step(action)
    reward += more
print(f"The street pays the grid {-reward:.2f} {street.currency}")
for controller in ("self-consumption", "plan-ahead"):
    result = jiran.simulate(jiran.load_scenario("kampung", {
        "grid.import_price": PRICES, "grid.export_price": 0.10, "battery.controller": controller,
    }))  # fmt: skip
    print(f"with {controller}: {result.accounts['grid']:.2f}")
