package io.tokenvault.docs;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import io.smallrye.config.WithParentName;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The settings that the code reads, found in its mappings and injection points. */
final class ConfigurationKeys {
    private static final String ROOT = "token-vault.";

    private ConfigurationKeys() {}

    /**
     * One setting.
     *
     * @param key with {@code <name>} in the place of the key of a map
     * @param standard its default: a value, {@code none} when it may be left out, {@code required} otherwise
     * @param values those of an enum; empty for any other type
     */
    record Setting(String key, String standard, List<String> values) {}

    static List<Setting> all() {
        List<Class<?>> types = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("io.tokenvault").stream()
                        .<Class<?>>map(JavaClass::reflect)
                        .toList();
        return Stream.concat(
                        types.stream()
                                .filter(type -> type.isAnnotationPresent(ConfigMapping.class))
                                .flatMap(type -> {
                                    String prefix = type.getAnnotation(ConfigMapping.class)
                                            .prefix();
                                    return settingsOf(type, prefix);
                                }),
                        types.stream()
                                .flatMap(ConfigurationKeys::injectionPoints)
                                .map(point -> point.getAnnotation(ConfigProperty.class))
                                .filter(property ->
                                        property != null && property.name().startsWith(ROOT))
                                .map(property -> new Setting(
                                        property.name(),
                                        property.defaultValue().equals(ConfigProperty.UNCONFIGURED_VALUE)
                                                ? "none"
                                                : property.defaultValue(),
                                        List.of())))
                .distinct()
                .toList();
    }

    private static Stream<Setting> settingsOf(Class<?> group, String prefix) {
        return Arrays.stream(group.getMethods())
                .filter(method -> !method.isDefault() && !method.isSynthetic())
                .flatMap(method -> settingsOf(method, prefix));
    }

    private static Stream<Setting> settingsOf(Method method, String prefix) {
        String key = method.isAnnotationPresent(WithParentName.class)
                ? prefix
                : (prefix.isEmpty() ? "" : prefix + ".") + nameOf(method);
        Type type = method.getGenericReturnType();
        if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
            Class<?> value = (Class<?>) map.getActualTypeArguments()[1];
            return isGroup(value)
                    ? settingsOf(value, key + ".<name>")
                    : Stream.of(new Setting(key + ".<name>", "none", valuesOf(value)));
        }
        boolean optional = type instanceof ParameterizedType wrapper && wrapper.getRawType() == Optional.class;
        Type inner = optional ? ((ParameterizedType) type).getActualTypeArguments()[0] : type;
        if (inner instanceof Class<?> group && isGroup(group)) {
            return settingsOf(group, key);
        }
        String standard = Optional.ofNullable(method.getAnnotation(WithDefault.class))
                .map(WithDefault::value)
                .orElse(optional ? "none" : "required");
        return Stream.of(new Setting(key, standard, inner instanceof Class<?> plain ? valuesOf(plain) : List.of()));
    }

    private static Stream<AnnotatedElement> injectionPoints(Class<?> type) {
        return Stream.of(
                        Arrays.stream(type.getDeclaredFields()).map(AnnotatedElement.class::cast),
                        Arrays.stream(type.getDeclaredConstructors())
                                .flatMap(constructor -> Arrays.stream(constructor.getParameters())),
                        Arrays.stream(type.getDeclaredMethods())
                                .flatMap(method -> Arrays.stream(method.getParameters())))
                .flatMap(points -> points);
    }

    private static boolean isGroup(Class<?> type) {
        return type.isInterface() && type.getName().startsWith("io.tokenvault.");
    }

    private static String nameOf(Method method) {
        return Optional.ofNullable(method.getAnnotation(WithName.class))
                .map(WithName::value)
                .orElseGet(() -> method.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT));
    }

    private static List<String> valuesOf(Class<?> type) {
        return type.isEnum()
                ? Arrays.stream(type.getEnumConstants())
                        .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                        .toList()
                : List.of();
    }
}
