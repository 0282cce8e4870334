module agentrun-admission/tests

go 1.19
