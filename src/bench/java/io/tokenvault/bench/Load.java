package io.tokenvault.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** Sends requests with h2load (nghttp2), and says what they cost the server. */
final class Load {
    private static final Pattern DONE = Pattern.compile(
            "requests: (\\d+) total, .* (\\d+) succeeded, (\\d+) failed, (\\d+) errored, (\\d+) timeout");
    private static final Pattern CODES = Pattern.compile("status codes: (\\d+) 2xx");
    /** Of {@code /proc/<pid>/stat}: Linux tells times in hundredths of a second, whatever the kernel counts in. */
    private static final long MICROS_OF_TICK = 10_000;

    private final Path folder;

    Load(Path folder) {
        this.folder = folder;
    }

    /** What one round gave: requests per second, and microseconds of the server's CPU for each. */
    record Round(double rate, double micros) {}

    /** Milliseconds that half and 99 of 100 requests took at most. */
    record Latency(double half, double most) {}

    /** As many requests as go through. */
    Round saturate(Contender contender, Duration time) throws IOException, InterruptedException {
        long before = cpuTicks(contender.process());
        long started = System.nanoTime();
        long requests = run(contender, command(contender, time, List.of()));
        double seconds = (System.nanoTime() - started) / 1e9;
        long ticks = cpuTicks(contender.process()) - before;
        return new Round(requests / seconds, (double) ticks * MICROS_OF_TICK / requests);
    }

    /** So many requests a second, evenly. */
    Latency at(Contender contender, double rate, Duration time) throws IOException, InterruptedException {
        int connections = contender.wire() == Contender.Wire.HTTP_1_1 ? 32 : 4;
        Path log = folder.resolve("latency.log");
        Files.deleteIfExists(log);
        run(
                contender,
                command(
                        contender,
                        time,
                        List.of("--rps=" + Math.max(1, Math.round(rate / connections)), "--log-file=" + log)));
        long[] micros;
        try (var lines = Files.lines(log)) {
            micros = lines.mapToLong(line -> Long.parseLong(line.split("\t")[2]))
                    .sorted()
                    .toArray();
        }
        return new Latency(micros[micros.length / 2] / 1e3, micros[(int) (micros.length * 0.99)] / 1e3);
    }

    private List<String> command(Contender contender, Duration time, List<String> more) throws IOException {
        List<String> command = new ArrayList<>(List.of("h2load", "-D", Long.toString(time.toSeconds())));
        command.addAll(
                switch (contender.wire()) {
                    case HTTP_1_1 -> List.of("--h1", "-c", "32", "-m", "1");
                    case H2C -> List.of("-c", "4", "-m", "32");
                });
        contender.headers().forEach((name, value) -> {
            command.add("-H");
            command.add(name + ": " + value);
        });
        if (contender.body().length > 0) {
            command.add("-d");
            command.add(Files.write(folder.resolve("body"), contender.body()).toString());
        }
        command.addAll(more);
        command.add(contender.address().toString());
        return command;
    }

    private static long run(Contender contender, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher done = DONE.matcher(output);
        Matcher codes = CODES.matcher(output);
        boolean good = process.waitFor() == 0
                && done.find()
                && codes.find()
                && Long.parseLong(done.group(2)) > 0
                && done.group(3).equals("0")
                && done.group(4).equals("0")
                && Long.parseLong(codes.group(1)) >= Long.parseLong(done.group(2));
        if (!good) {
            throw new IOException(contender.name() + " did not answer as it should:\n" + output);
        }
        return Long.parseLong(done.group(2));
    }

    /** User and system time of a process and of the processes that it started. */
    static long cpuTicks(long process) {
        ProcessHandle root = ProcessHandle.of(process).orElseThrow();
        return LongStream.concat(LongStream.of(process), root.descendants().mapToLong(ProcessHandle::pid))
                .map(Load::ownTicks)
                .sum();
    }

    private static long ownTicks(long process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException ended) {
            return 0;
        }
    }

    /** Megabytes that a process holds in memory. */
    static long residentMegabytes(long process) throws IOException {
        String status = Files.readString(Path.of("/proc/" + process + "/status"));
        Matcher resident = Pattern.compile("VmRSS:\\s+(\\d+) kB").matcher(status);
        return resident.find() ? Long.parseLong(resident.group(1)) / 1024 : 0;
    }
}
