"""The demo: 武隆 with its policy, an account for every role, and the year 2020 as it might have gone, marked 演示."""
