package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheLocksTest {

    @TempDir
    private Path directory;

    /** As in an agent of Jenkins that has reconnected: the same process, the same cache, but classes of another loader. */
    @Test
    void theSameClassesLoadedTwiceWaitForEachOther() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        try (URLClassLoader twin = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            Thread second = new Thread(() -> {
                try {
                    held.await();
                    asked.countDown();
                    inTwin(twin, () -> order.add("second"));
                } catch (InterruptedException | ReflectiveOperationException e) {
                    order.add("failed: " + e + (e instanceof InvocationTargetException i ? i.getCause() : ""));
                }
            });
            second.start();
            CacheLocks.in(directory).holding("a", () -> {
                held.countDown();
                try {
                    asked.await();
                    TimeUnit.MILLISECONDS.sleep(300);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                order.add("first");
                return null;
            });
            second.join();
        }
        assertThat(order).containsExactly("first", "second");
    }

    private void inTwin(ClassLoader twin, Runnable work) throws ReflectiveOperationException {
        Class<?> locks = twin.loadClass(CacheLocks.class.getName());
        Class<?> workType = twin.loadClass(CacheLocks.Work.class.getName());
        assertThat(locks).isNotSameAs(CacheLocks.class);
        Method in = locks.getDeclaredMethod("in", Path.class);
        in.setAccessible(true);
        Method holding = locks.getDeclaredMethod("holding", String.class, workType);
        holding.setAccessible(true);
        Object proxy = Proxy.newProxyInstance(twin, new Class<?>[] {workType}, (self, method, arguments) -> {
            work.run();
            return null;
        });
        holding.invoke(in.invoke(null, directory), "a", proxy);
    }

    private static URL[] classPath() {
        return Stream.of(System.getProperty("java.class.path").split(System.getProperty("path.separator")))
                .map(entry -> {
                    try {
                        return Path.of(entry).toUri().toURL();
                    } catch (MalformedURLException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toArray(URL[]::new);
    }
}
