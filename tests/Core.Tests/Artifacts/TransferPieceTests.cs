using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests.Artifacts;

/// <summary>Tests the streams and the stall timeout of transfers in isolation.</summary>
public sealed class TransferPieceTests
{
    private const int Start = 10;
    private const int Length = 50;

    private readonly ManualTimeProvider _clock = new();
    private long _told;

    public static TheoryData<string, Func<Stream, byte[], int>> WaysToRead => new()
    {
        { "at once", (stream, buffer) => stream.Read(buffer, 0, buffer.Length) },
        { "array", (stream, buffer) => stream.ReadAsync(buffer, 0, buffer.Length, default).GetAwaiter().GetResult() },
        { "memory", (stream, buffer) => stream.ReadAsync(buffer.AsMemory()).AsTask().GetAwaiter().GetResult() },
    };

#pragma warning disable xUnit1026, xUnit1044 // The first argument only labels the case.
    [Theory]
    [MemberData(nameof(WaysToRead))]
    public void ProgressStream_Read_StopsAtEndOfRange(string way, Func<Stream, byte[], int> read)
    {
        byte[] content = ArtifactHost.Bytes(100);
        using TransferAttempt attempt = Attempt();
        using ProgressStream piece = Piece(content, attempt);
        var seen = new List<byte>();
        byte[] buffer = new byte[30];

        for (int count; (count = read(piece, buffer)) > 0;)
        {
            seen.AddRange(buffer.Take(count));
        }

        Assert.Equal(content.Skip(Start).Take(Length), seen);
        Assert.Equal(Length, _told);
    }
#pragma warning restore xUnit1026, xUnit1044

    [Theory]
    [InlineData(SeekOrigin.Begin, 5, 5)]
    [InlineData(SeekOrigin.Current, 5, 25)]
    [InlineData(SeekOrigin.Current, -5, 15)]
    [InlineData(SeekOrigin.End, -5, 45)]
    public void ProgressStream_Seek_ContinuesAtPosition(SeekOrigin origin, int offset, int place)
    {
        byte[] content = ArtifactHost.Bytes(100);
        using TransferAttempt attempt = Attempt();
        using ProgressStream piece = Piece(content, attempt);
        byte[] buffer = new byte[20];
        Assert.Equal(20, piece.Read(buffer, 0, 20));

        Assert.Equal((place, place), (piece.Seek(offset, origin), piece.Position));

        Assert.Equal(1, piece.Read(buffer, 0, 1));
        Assert.Equal(content[Start + place], buffer[0]);
    }

    [Fact]
    public void ProgressStream_ReadTwice_CountsOnceUntilRollback()
    {
        using TransferAttempt attempt = Attempt();
        using ProgressStream piece = Piece(ArtifactHost.Bytes(100), attempt);
        byte[] buffer = new byte[Length];

        Assert.Equal(Length, piece.Read(buffer, 0, Length));
        piece.Position = 0;
        Assert.Equal(20, piece.Read(buffer, 0, 20));
        Assert.Equal(Length, _told);

        piece.Rollback();
        piece.Rollback();
        Assert.Equal(0, _told);
    }

    [Fact]
    public void ProgressStream_ReadAfterRollback_CountsNothing()
    {
        using TransferAttempt attempt = Attempt();
        using ProgressStream piece = Piece(ArtifactHost.Bytes(100), attempt);
        byte[] buffer = new byte[Length];

        Assert.Equal(20, piece.Read(buffer, 0, 20));
        piece.Rollback();
        Assert.Equal(Length - 20, piece.Read(buffer, 0, Length));

        Assert.Equal(0, _told);
    }

    [Fact]
    public void TransferAttempt_NoProgress_StallsAfterTimeout()
    {
        using TransferAttempt attempt = Attempt();
        using ProgressStream piece = Piece(ArtifactHost.Bytes(100), attempt);
        Action[] moves = [() => attempt.Received(1), attempt.RecordProgress, () => piece.ReadByte()];
        foreach (Action move in moves)
        {
            _clock.Advance(TimeSpan.FromSeconds(9));
            move();
        }

        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(attempt.IsStalled);
        Assert.False(attempt.Token.IsCancellationRequested);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(attempt.IsStalled);
        Assert.True(attempt.Token.IsCancellationRequested);
    }

    [Theory]
    [InlineData((64 * 1024) - 1, false)]
    [InlineData(64 * 1024, true)]
    public void TransferAttempt_BytesReceived_DetermineWasWorthwhile(int bytes, bool isWorthwhile)
    {
        using TransferAttempt attempt = Attempt();

        attempt.Received(bytes - 1);
        attempt.Received(1);

        Assert.Equal(isWorthwhile, attempt.WasWorthwhile);
    }

    [Theory]
    [InlineData(0, new[] { 0 })]
    [InlineData(1, new[] { 1 })]
    [InlineData(10, new[] { 10 })]
    [InlineData(11, new[] { 10, 1 })]
    [InlineData(20, new[] { 10, 10 })]
    [InlineData(25, new[] { 10, 10, 5 })]
    public async Task MultipartUploadStream_Write_PassesFullBuffersAndRest(int length, int[] parts)
    {
        byte[] content = ArtifactHost.Bytes(length);
        using var buffers = new BufferPool(10, 2);
        var seen = new List<byte[]>();
        var sink = new MultipartUploadStream(
            buffers,
            part =>
            {
                seen.Add(part.Open().ToArray());
                buffers.Return(part);
                return Task.CompletedTask;
            },
            default);

        for (int at = 0; at < length; at += 3)
        {
            await sink.WriteAsync(content, at, Math.Min(3, length - at), default);
        }

        await sink.FinishAsync();

        Assert.Equal(parts, seen.Select(part => part.Length));
        Assert.Equal(content, seen.SelectMany(part => part));
        Assert.Equal(length, sink.Length);
    }

    [Fact]
    public async Task BufferPool_AllRented_WaitsForReturn()
    {
        using var buffers = new BufferPool(10, 2);
        PooledBuffer first = await buffers.RentAsync(default);
        await buffers.RentAsync(default);

        Task<PooledBuffer> third = buffers.RentAsync(default);
        Assert.False(third.IsCompleted);
        buffers.Return(first);

        Assert.Same(first.Bytes, (await third).Bytes);
    }

    [Fact]
    public async Task BufferPool_ReturnAfterDispose_IsIgnored()
    {
        var buffers = new BufferPool(10, 1);
        PooledBuffer late = await buffers.RentAsync(default);
        buffers.Dispose();

        buffers.Return(late);
    }

    private TransferAttempt Attempt() => new(TimeSpan.FromSeconds(10), _clock, CancellationToken.None);

    private ProgressStream Piece(byte[] content, TransferAttempt attempt) => new(
        new MemoryStream(content),
        Start,
        Length,
        attempt,
        new ProgressAggregator(new Listener(at => _told = at.Bytes)));
}
