module agentrun-admission/end-to-end/slow

go 1.19
