using System;
using System.Text;
using Xunit;

namespace CodePipeline.ThirdParty.Emulation.Tests;

public sealed class EmulatedCredentialsTests
{
    private static readonly DateTimeOffset s_expiry = new(2030, 1, 2, 3, 19, 5, TimeSpan.Zero);
    private static readonly byte[] s_key = Encoding.ASCII.GetBytes("key of this emulator");

    [Fact]
    public void SessionToken_SameKey_ReturnsAccessKeyJobAndExpiry()
    {
        EmulatedCredentials credentials = EmulatedCredentials.Create(s_key, "job\nwith.marks", s_expiry);

        Assert.True(EmulatedCredentials.TryRead(
            s_key, credentials.SessionToken, out string accessKeyId, out string jobId, out DateTimeOffset expiresAt));
        Assert.Equal((credentials.AccessKeyId, "job\nwith.marks", s_expiry), (accessKeyId, jobId, expiresAt));
        Assert.Equal(40, credentials.SecretAccessKey.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no base 64")]
    [InlineData("AAAA")]
    [InlineData("AAAA.AAAA")]
    public void SessionToken_Invalid_IsRejected(string token) =>
        Assert.False(EmulatedCredentials.TryRead(s_key, token, out _, out _, out _));

    [Fact]
    public void SessionToken_OtherKey_IsRejected()
    {
        EmulatedCredentials other = EmulatedCredentials.Create(Encoding.ASCII.GetBytes("another key"), "j", s_expiry);

        Assert.False(EmulatedCredentials.TryRead(s_key, other.SessionToken, out _, out _, out _));
    }
}
