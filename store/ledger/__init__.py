"""The ledger: sessions, stations, rejections, people, audit, history; one file per book."""
