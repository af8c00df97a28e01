package io.tokenvault.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/** What a problem's {@code type} leads to: one page per code with cause and fix, and a list of them. */
@Singleton
public final class ProblemPages implements RawRoute {
    private static final String LIST = "/problems";
    private static final String STYLE = """
            :root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d9dee5;--ground:#fbfcfd;--mark:#0b5fb0}
            @media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b5;--line:#2c3643;--ground:#12171e;--mark:#7db7f2}}
            *{box-sizing:border-box}
            body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.6 system-ui,sans-serif}
            main{max-width:42rem;margin:0 auto;padding:3rem 1.25rem}
            h1{font-size:1.7rem;line-height:1.25;margin:.2rem 0 1.5rem}
            h2{font-size:1rem;margin:1.75rem 0 .25rem;color:var(--soft)}
            p{margin:0}a{color:var(--mark)}
            code{font:.95em ui-monospace,monospace}
            dl{display:grid;grid-template-columns:auto 1fr;margin:0}
            dt,dd{margin:0;padding:.45rem 0;border-top:1px solid var(--line)}dd{padding-left:1.25rem}
            footer{margin-top:2.5rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft)}
            """;
    private static final String POLICY = "default-src 'none'; style-src 'sha256-" + hash(STYLE)
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final String list;
    private final Map<ProblemCode, String> pages = new EnumMap<>(ProblemCode.class);

    public ProblemPages() {
        StringBuilder entries = new StringBuilder();
        for (ProblemCode problem : ProblemCode.values()) {
            pages.put(problem, page(problem));
            entries.append("<dt><a href=\"/problems/%1$s\"><code>%1$s</code></a></dt><dd>%2$d %3$s</dd>\n"
                    .formatted(problem.code(), problem.status(), problem.title()));
        }
        list = document("Problems", "<h1>What can be wrong with a request</h1>\n<dl>\n" + entries + "</dl>");
    }

    @Override
    public String path() {
        return LIST + "/*";
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public Access access() {
        return new Access.Open("documentation, the same for everyone");
    }

    @Override
    public RunsOn runsOn() {
        return RunsOn.EVENT_LOOP;
    }

    @Override
    public void handle(RoutingContext exchange) {
        String code = Exchange.path(exchange).substring(LIST.length() + 1);
        String page = ProblemCode.parse(code)
                .map(pages::get)
                .orElseThrow(() -> ProblemException.of(ProblemCode.NOT_FOUND, "no problem has this code"));
        send(exchange, page);
    }

    private static void send(RoutingContext exchange, String page) {
        exchange.response()
                .putHeader("Content-Type", "text/html; charset=utf-8")
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("Cache-Control", "public, max-age=3600")
                .end(page);
    }

    private static String page(ProblemCode problem) {
        return document(problem.title(), """
                <p><code>%s</code> · status %d</p>
                <h1>%s</h1>
                <h2>Cause</h2>
                <p>%s</p>
                <h2>What to do</h2>
                <p>%s</p>
                <footer><a href="/problems">All problems</a></footer>""".formatted(
                        problem.code(),
                        problem.status(),
                        escape(problem.title()),
                        escape(problem.cause()),
                        escape(problem.fix())));
    }

    private static String document(String title, String body) {
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s · Token Vault</title>
                <style>%s</style>
                </head>
                <body>
                <main>
                %s
                </main>
                </body>
                </html>
                """.formatted(escape(title), STYLE, body);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String hash(String style) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(style.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /** The page at {@code /problems} itself. */
    @Singleton
    static final class Index implements RawRoute {
        private final ProblemPages pages;

        Index(ProblemPages pages) {
            this.pages = pages;
        }

        @Override
        public String path() {
            return LIST;
        }

        @Override
        public Set<HttpMethod> methods() {
            return pages.methods();
        }

        @Override
        public Access access() {
            return pages.access();
        }

        @Override
        public RunsOn runsOn() {
            return pages.runsOn();
        }

        @Override
        public void handle(RoutingContext exchange) {
            send(exchange, pages.list);
        }
    }
}
