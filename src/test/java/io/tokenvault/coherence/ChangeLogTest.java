package io.tokenvault.coherence;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Sql;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the tables announce of themselves. */
@QuarkusTest
class ChangeLogTest {
    private static final Pattern OLD_COLUMNS = Pattern.compile("old\\.([a-z_]+)", Pattern.CASE_INSENSITIVE);

    @Inject
    DataSource database;

    private Sql sql;
    private Deployment service;

    @BeforeEach
    void connect() {
        sql = new Sql(database);
        service = Deployment.current();
    }

    @Test
    void aPersonAtTheDatabaseIsHeardToo() {
        HttpAnswer created = service.connect("production", "");
        String connection = created.text("/connection/connection_id");

        sql.change("update token set expires_at = now() where token_id = ?", created.text("/token/token_id"));

        assertThat(announcements("CONNECTION", connection)).isOne();
    }

    @Test
    void anOperatorWhoIsRemovedIsAnnounced() {
        String operator = service.admin()
                .post("/v1/operators", "{\"name\":\"short-lived\",\"roles\":[\"validator\"],\"environments\":[\"*\"]}")
                .expect(201)
                .text("/operator/operator_id");

        service.admin().delete("/v1/operators/" + operator).expect(200);

        assertThat(announcements("OPERATOR", operator)).isOne();
    }

    @Test
    void whatIsIssuedOrUsedIsNot() {
        HttpAnswer created = service.connect("production", "");

        service.verdict(created.text("/token/token"), "production");

        assertThat(announcements("CONNECTION", created.text("/connection/connection_id")))
                .isZero();
    }

    @Test
    void oneTransactionHasOneNumberHoweverMuchItChanges() throws SQLException {
        String first = service.connect("production", "").text("/connection/connection_id");
        String second = service.connect("production", "").text("/connection/connection_id");

        sql.change("update connection set scopes = array['a:b'] where connection_id in (?, ?)", first, second);

        assertThat(sql.number(
                        "select count(distinct seq) from change_log where kind = 'CONNECTION' and target in (?, ?)",
                        first,
                        second))
                .isOne();
        assertThat(sql.number("select max(seq) - (select n from change_head) from change_log"))
                .isZero();
    }

    /** A column that is added later has to be put on one side or the other. */
    @ParameterizedTest
    @CsvSource({
        "token, token_announced, token_id connection_id environment generation issued_at overlap_ms revoked_at"
                + " revoke_reason",
        "connection, connection_announced, connection_id tenant system environment display_name status_reason"
                + " reason_under labels credentials generation created_at updated_at",
        "operator, operator_announced, operator_id created_at last_used_at"
    })
    void everyColumnIsAnnouncedOrKnownNotToCount(String table, String trigger, String others) throws SQLException {
        Set<String> known = announced(trigger);
        known.addAll(Arrays.asList(others.split(" ")));

        assertThat(columns(table)).isEqualTo(known);
    }

    private long announcements(String kind, String target) {
        return sql.number("select count(*) from change_log where kind = ? and target = ?", kind, target);
    }

    private Set<String> announced(String trigger) throws SQLException {
        Set<String> columns = new TreeSet<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select pg_get_triggerdef(oid) from pg_trigger where tgname = '" + trigger + "'")) {
            row.next();
            Matcher matcher = OLD_COLUMNS.matcher(row.getString(1));
            while (matcher.find()) {
                columns.add(matcher.group(1));
            }
        }
        return columns;
    }

    private Set<String> columns(String table) throws SQLException {
        Set<String> columns = new TreeSet<>();
        try (Connection connection = database.getConnection();
                ResultSet row = connection.getMetaData().getColumns(null, "public", table, null)) {
            while (row.next()) {
                columns.add(row.getString("COLUMN_NAME"));
            }
        }
        return columns;
    }
}
