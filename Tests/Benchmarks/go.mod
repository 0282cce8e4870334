module agentrun-admission/benchmarks

go 1.19
