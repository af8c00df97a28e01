package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.http.ProblemCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tables of codes say what the pages at {@code /problems/<code>} say, in the same order. */
class ErrorsReferenceTest {
    private static final int COLUMNS = 5;

    @Test
    void tableIsThatOfTheCode() throws IOException {
        // The errors of OAuth have a table with fewer.
        List<List<String>> documented = Markdown.read(Markdown.DOCS.resolve("reference/errors.md")).rows().stream()
                .filter(row -> row.size() == COLUMNS)
                .toList();

        assertThat(documented)
                .containsExactlyElementsOf(Arrays.stream(ProblemCode.values())
                        .map(problem -> List.of(
                                "`" + problem.code() + "`",
                                String.valueOf(problem.status()),
                                problem.title(),
                                problem.cause(),
                                problem.fix()))
                        .toList());
    }
}
