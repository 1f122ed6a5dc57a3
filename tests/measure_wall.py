"""Whether a wall grows: what its page holds after ever more pictures: `python -m tests.measure_wall`."""

import shutil
import tempfile
from pathlib import Path

from tests.browser import chromium, screen
from tests.conftest import settings_in, start_redis
from tests.crowded_room import crowded_room
from tests.days import the_pack
from tests.walled import Many, hang

LOOKED = (
    100,
    500,
    1000,
    2000,
    4000,
)  # pictures: at one a second more than an hour in which each second something changes


def main() -> None:
    """Print a row for each of LOOKED."""
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    given = settings_in(folder)
    redis = start_redis(given)
    record = str(Path(given.record).absolute())
    try:
        with crowded_room(record, folder / "room", the_pack(), {}, 200, 1000) as found, chromium() as browser:
            shown = screen(browser, 1920, 1080)
            hang(shown.page, found.address, found.house.live.room)
            many = Many(shown.page)
            print(f"{'pictures':>9} {'nodes':>7} {'listeners':>10} {'heap, KiB':>10}")
            for n in LOOKED:
                has = many.after(n)
                heap = has["JSHeapUsedSize"] / 1024
                print(f"{n:>9} {has['Nodes']:>7.0f} {has['JSEventListeners']:>10.0f} {heap:>10.0f}")
            shown.page.context.close()
    finally:
        redis.terminate()
        redis.wait(10)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
