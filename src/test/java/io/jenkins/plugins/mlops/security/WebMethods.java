package io.jenkins.plugins.mlops.security;

import hudson.model.Descriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.WebMethod;
import org.kohsuke.stapler.bind.JavaScriptMethod;
import org.kohsuke.stapler.interceptor.RequirePOST;
import org.kohsuke.stapler.verb.POST;

/** Every method of the plugin that a browser can call by name, found in its classes, so that none is forgotten. */
record WebMethods(List<Method> all) {

    private static final Path CLASSES = Path.of("target/classes");
    private static final String PACKAGE = "io/jenkins/plugins/mlops";

    static WebMethods ofPlugin() {
        try (Stream<Path> files = Files.walk(CLASSES.resolve(PACKAGE))) {
            return new WebMethods(files.map(file -> CLASSES.relativize(file).toString())
                    .filter(name -> name.endsWith(".class") && !name.startsWith(PACKAGE + "/core/"))
                    .map(name -> load(name.substring(0, name.length() - 6).replace('/', '.')))
                    .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                    .filter(WebMethods::isCalledByBrowsers)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, WebMethods.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isCalledByBrowsers(Method method) {
        return Modifier.isPublic(method.getModifiers())
                && !method.isSynthetic()
                && (method.getName().matches("(do|js)[A-Z].*")
                        || method.getName().equals("getDynamic")
                        || method.isAnnotationPresent(WebMethod.class)
                        || method.isAnnotationPresent(JavaScriptMethod.class));
    }

    static boolean isPost(Method method) {
        return method.isAnnotationPresent(POST.class) || method.isAnnotationPresent(RequirePOST.class);
    }

    static String name(Method method) {
        return method.getDeclaringClass().getName().replaceFirst(".*\\.", "") + "." + method.getName();
    }

    /** Those of descriptors, which are reached by {@code descriptorByName}. */
    List<Method> ofDescriptors() {
        return all.stream()
                .filter(method -> Descriptor.class.isAssignableFrom(method.getDeclaringClass()))
                .toList();
    }

    /** Below the root or a job. */
    static String address(Method ofDescriptor) {
        Class<?> declaring = ofDescriptor.getDeclaringClass();
        // Jenkins' global configuration describes itself.
        Class<?> described = Objects.requireNonNullElse(declaring.getEnclosingClass(), declaring);
        String name = ofDescriptor.getName().substring(2);
        return "descriptorByName/" + described.getName() + "/"
                + name.substring(0, 1).toLowerCase() + name.substring(1);
    }

    /** The names of what it reads of a request. */
    static List<String> parameters(Method method) {
        return Arrays.stream(method.getParameters())
                .filter(parameter -> parameter.isAnnotationPresent(QueryParameter.class))
                .map(parameter -> {
                    Annotation annotation = parameter.getAnnotation(QueryParameter.class);
                    String named = ((QueryParameter) annotation).value();
                    return named.isEmpty() ? parameter.getName() : named;
                })
                .toList();
    }
}
