package io.tokenvault.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The main class of {@code make run}. Arguments: the kind of backend, {@code local} or {@code openbao}, and {@code new}
 * when another admin key is wanted. Everything it keeps is in {@code .token-vault/<backend>} of the current folder.
 */
public final class EmbeddedService {
    private static final Path ROOT = Path.of(".token-vault");
    private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

    private final Deque<EmbeddedServer> servers = new ArrayDeque<>();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final ApplicationInside application = new ApplicationInside();

    private EmbeddedService() {}

    public static void main(String... arguments) {
        EmbeddedService service = new EmbeddedService();
        Runtime.getRuntime().addShutdownHook(new Thread(service::end, "embedded-servers-stop"));
        try {
            service.start(arguments);
        } catch (Refusal refused) {
            service.giveUp(refused.reason());
        } catch (IOException failed) {
            service.giveUp("The service could not be started: " + failed);
        }
    }

    private void start(String... arguments) throws IOException {
        Backend backend = Backend.named(arguments.length > 0 ? arguments[0] : "local");
        boolean anotherAdmin = arguments.length > 1 && arguments[1].equals("new");
        Ports ports = Ports.ofEnvironment();
        DataFolder folder = DataFolder.take(ROOT.resolve(backend.folder()));
        ports.requireFree();

        Optional<OpenBaoServer> openBao =
                backend == Backend.OPENBAO ? Optional.of(new OpenBaoServer(folder, ports)) : Optional.empty();
        if (openBao.isPresent()) {
            begin(openBao.get());
        }
        PostgresServer postgres = new PostgresServer(folder, tools());
        begin(postgres);
        String settings = openBao.map(OpenBaoServer::settings).orElseGet(() -> LocalBackend.settings(folder));
        configure(folder.write("service.properties", settings), postgres);

        FirstAdmin admin = new FirstAdmin(folder, ports, System.out);
        boolean adminNeeded = anotherAdmin || admin.isNeeded();
        Optional<String> bootstrapKey = adminNeeded ? Optional.of(DataFolder.randomText()) : Optional.empty();
        bootstrapKey.ifPresent(key -> System.setProperty("token-vault.bootstrap.key", key));
        Thread.ofPlatform().daemon().name("first-admin").start(() -> greet(admin, bootstrapKey, openBao));
        application.run();
    }

    /** Where programs are unpacked: beside the data unless the caller has a place that serves several folders. */
    static Path tools() {
        return Optional.ofNullable(System.getenv("TOKEN_VAULT_TOOLS"))
                .map(Path::of)
                .orElse(ROOT.resolve("bin"));
    }

    private void begin(EmbeddedServer server) throws IOException {
        // The end of the process waits for a start that is under way, and lets no other begin.
        synchronized (servers) {
            if (ending.get()) {
                throw new Refusal("stopped");
            }
            servers.push(server);
            server.start();
        }
    }

    private static void configure(Path settings, PostgresServer postgres) {
        System.setProperty("quarkus.profile", "embedded");
        String own = settings.toUri().toString().replace(",", "\\,");
        // The user's files come first, so that they win.
        System.setProperty(
                "quarkus.config.locations",
                Optional.ofNullable(System.getenv("QUARKUS_CONFIG_LOCATIONS"))
                        .filter(files -> !files.isBlank())
                        .map(files -> files + "," + own)
                        .orElse(own));
        System.setProperty("quarkus.datasource.jdbc.url", postgres.jdbcUrl());
        System.setProperty("quarkus.datasource.username", postgres.user());
        System.setProperty("quarkus.datasource.password", postgres.password());
    }

    private void greet(FirstAdmin admin, Optional<String> bootstrapKey, Optional<OpenBaoServer> openBao) {
        try {
            if (bootstrapKey.isPresent()) {
                admin.makeWith(bootstrapKey.get());
            } else {
                admin.remind();
            }
            openBao.map(OpenBaoServer::howToRead).ifPresent(System.out::println);
        } catch (IOException failed) {
            if (!ending.get()) {
                System.out.println("No admin could be made. Try again with: make run ADMIN=new");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void giveUp(String reason) {
        // Ctrl-C reaches the tools that are running too. What they say then is no reason of its own.
        if (!ending.get()) {
            System.err.println("make run: " + reason);
        }
        System.exit(1);
    }

    private void end() {
        ending.set(true);
        application.awaitStop(LONGEST_STOP);
        synchronized (servers) {
            while (!servers.isEmpty()) {
                try {
                    servers.pop().stop();
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            }
        }
    }

    private enum Backend {
        LOCAL("local"),
        OPENBAO("openbao");

        private final String folder;

        Backend(String folder) {
            this.folder = folder;
        }

        String folder() {
            return folder;
        }

        static Backend named(String name) {
            for (Backend backend : values()) {
                if (backend.folder.equals(name)) {
                    return backend;
                }
            }
            throw new Refusal("BACKEND must be local or openbao.");
        }
    }
}
