# SPDX-License-Identifier: Apache-2.0
"""What the benchmark suite makes of its figures."""

import json
import pathlib
import sys
import tempfile
import types
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))

from suite import activity_rows, baseline, callgrind, model_rows, report, stats, svg, table  # noqa: E402


class Stats(unittest.TestCase):
    def test_the_best_of_a_cost_is_the_least_and_of_a_rate_the_most(self):
        self.assertEqual(stats.Series([3, 1, 2]).best, 1)
        self.assertEqual(stats.Series([3, 1, 2], large_is_good=True).best, 3)
        self.assertEqual(stats.Series([3, 1, 2]).median, 2)

    def test_no_round_is_no_figure(self):
        with self.assertRaises(ValueError):
            stats.Series([])

    def test_a_ratio_is_best_to_best_and_median_to_median(self):
        self.assertEqual(stats.ratio(stats.Series([4, 6, 9]), stats.Series([2, 3, 5])), (2, 2))

    def test_the_slope_of_a_line_is_its_slope(self):
        self.assertAlmostEqual(stats.slope([(10, 100), (20, 140), (30, 180)]), 4)

    def test_a_slope_needs_two_places(self):
        for points in ([], [(1, 2)], [(1, 2), (1, 3)]):
            with self.assertRaises(ValueError):
                stats.slope(points)

    def test_growth_compares_the_last_quarter_with_the_first(self):
        self.assertAlmostEqual(stats.growth_percent([100, 100, 500, 500, 500, 500, 110, 110]), 10)

    def test_stolen_time_is_read_over_all_cores_or_some(self):
        stat = "cpu  10 0 10 60 0 0 0 20 5 5\ncpu0 5 0 5 40 0 0 0 0 5 5\ncpu1 5 0 5 20 0 0 0 20 0 0\nintr 1\n"
        self.assertEqual(stats.parse_cpu_times(stat), (100, 20))
        self.assertEqual(stats.parse_cpu_times(stat, cores=[1]), (50, 20))

    def test_steal_is_what_was_stolen_in_between(self):
        self.assertEqual(stats.steal_percent((1000, 50), (1200, 90)), 20)
        self.assertEqual(stats.steal_percent((1000, 50), (1000, 50)), 0)

    def test_runs_with_much_stolen_time_are_dropped(self):
        kept, dropped = stats.steady([{"steal": 1.0}, {"steal": 10.0}, {"steal": 10.1}])
        self.assertEqual([run["steal"] for run in kept], [1.0, 10.0])
        self.assertEqual(dropped, 1)

    def test_a_miss_says_by_how_much(self):
        self.assertEqual(stats.verdict(1.2, 1.2, at_most=True), "holds")
        self.assertEqual(stats.verdict(1.2, 1.5, at_most=True), "misses by 25 %")
        self.assertEqual(stats.verdict(1000, 1001, at_most=True), "misses by less than 1 %")
        self.assertEqual(stats.verdict(50, 60, at_most=False), "holds")
        self.assertEqual(stats.verdict(50, 40, at_most=False), "misses by 25 %")

    def test_a_local_activity_costs_its_share_of_the_task(self):
        figures = [{"cpu_us_per_task": 300}, {"cpu_us_per_task": 200}]
        self.assertEqual(activity_rows.per_local(figures, 100).best, 2)

    def test_of_several_runs_of_a_size_the_quickest_counts(self):
        lines = [{"items": 100, "us_per_item": 9.0}, {"items": 1000, "us_per_item": 5.0}, {"items": 100, "us_per_item": 4.0}]
        self.assertEqual(model_rows.best_by_size(lines), {100: 4.0, 1000: 5.0})

    def test_a_budget_of_nothing_is_missed_by_anything(self):
        self.assertEqual(stats.verdict(0, 0, at_most=True), "holds")
        self.assertEqual(stats.verdict(0, 1, at_most=True), "misses")


class Counting(unittest.TestCase):
    def test_the_start_cancels_out(self):
        self.assertEqual(callgrind.per_task((500, 1_000_000 + 500 * 7), (2500, 1_000_000 + 2500 * 7)), 7)

    def test_threads_are_summed_without_the_one_that_only_waits(self):
        files = {1: "version: 1\ntotals: 100\n", 2: "totals: 20\n", 12: "totals: 3\n"}
        self.assertEqual(callgrind.sum_threads(files, skip_main=False), 123)
        self.assertEqual(callgrind.sum_threads(files, skip_main=True), 23)

    def test_output_without_totals_is_an_error(self):
        with self.assertRaises(ValueError):
            callgrind.parse_totals("version: 1\n")

    def test_a_flaky_count_is_taken_again_and_the_least_counts(self):
        program = callgrind.Program("p", ("p",), lengths=(10, 20))
        counts = iter([100, 350, 110, 300])
        original = callgrind._count
        callgrind._count = lambda bench, which, length: (next(counts), {})
        try:
            result, _ = callgrind.count(None, program, enough=lambda each: each <= 20)
        finally:
            callgrind._count = original
        self.assertEqual(result, 20)

    def test_two_per_cent_decide(self):
        then = {"same": 1000, "worse": 1000, "better": 1000, "missing": 1}
        now = {"same": 1020, "worse": 1021, "better": 979, "new": 1}
        verdicts = {row[0]: row[4] for row in baseline.compare(then, now)}
        self.assertEqual(verdicts, {name: name for name in ("same", "worse", "better", "missing", "new")})

    def test_only_another_kind_of_cpu_makes_a_baseline_void(self):
        then = {"linkage": "static", "cpu_features": ["avx2"], "packages": {"libc6": "1", "valgrind": "3"}}
        now = {"linkage": "static", "cpu_features": ["avx2"], "packages": {"libc6": "2", "valgrind": "3"}}
        self.assertTrue(baseline.decides(then, now))
        self.assertEqual(baseline.differences(then, now), ["libc6: 1 then, 2 now"])
        self.assertFalse(baseline.decides(then, {**now, "cpu_features": []}))


class Shown(unittest.TestCase):
    def make_suite(self):
        shown = table.Table()
        shown.at_most(2, "cost <of> something", 1.2, 1.5, median=1.6, note="a & b")
        shown.at_least(1, "rate", 50, 60.0)
        shown.figure("something", "3 us")
        return types.SimpleNamespace(
            table=shown, rounds=3, seconds=2, worker_core="0", other_core="1", took=61.0, versions={"go": "1.2"},
            left_out=["python"], failed=[{"part": "memory", "reason": "it <broke>"}], dropped=1, runs=[],
            plots={
                "throughput": {"bare": 100.0, "go": 10.0},
                "latency": {"rate": 100, "series": {"bare": [[0.0, 10.0], [0.5, 20.0], [0.99, 300.0]]}},
                "memory": [[10, 1000], [20, 1040]],
                "shards": {"1 shard": {"cpu": 40.0, "rate": 1000.0}},
                "overload": {"seconds": 10, "rss_kib": [100, 101, 100]},
                "replay": [{"history_events": 10, "sticky_ns_per_task": 5, "replay_ns_per_event": 7},
                           {"history_events": 100, "sticky_ns_per_task": 5, "replay_ns_per_event": 7}],
            })

    def test_rows_stand_in_order_with_their_verdicts(self):
        text = self.make_suite().table.text()
        self.assertLess(text.index("rate"), text.index("cost"))
        self.assertIn("misses by 25 %", text)
        self.assertIn("1.60x", text)

    def test_plots_are_well_formed(self):
        suite = self.make_suite()
        xml.etree.ElementTree.fromstring(svg.budget_bars(suite.table.in_order()))
        xml.etree.ElementTree.fromstring(svg.lines({"<a>": [(1, 2), (10, 20)]}, "x & y", "z", log_x=True, log_y=True))
        xml.etree.ElementTree.fromstring(svg.lines({"flat": [(5, 3)]}, "x", "y"))

    def test_the_report_holds_all_plots_and_escapes_what_it_shows(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            about = {"cpu": "c", "cores": 2, "memory_mib": 1, "kernel": "k", "date": "d", "commit": "e", "packages": {},
                     "load": 0.1}
            report.write(path, self.make_suite(), about)
            page = (path / "report.html").read_text()
            data = json.loads((path / "report.json").read_text())
        self.assertEqual(page.count("<svg"), 7)
        self.assertIn("it &lt;broke&gt;", page)
        self.assertNotIn("<of>", page)
        self.assertNotIn("http://", page.replace("http://www.w3.org/2000/svg", ""))
        self.assertEqual(data["not_measured"][0]["part"], "memory")


if __name__ == "__main__":
    unittest.main()
